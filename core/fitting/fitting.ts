import type { GenerateContentRequest, GenerateContentResponse } from '../canonical.ts'
import { withoutSignatures } from '../codec/signatures.ts'
import { traitsOf } from '../models.ts'
import type { Call, SchemaPlaces } from '../plugin.ts'
import { fitSchemas } from './fit-schemas.ts'
import { createLearnedLimits } from './learned-limits.ts'
import { limitsIn, type ModelLimits } from './model-limits.ts'
import { createRestorer, type Restorer } from './restorer.ts'
import { blamesSignature } from './signature-refusal.ts'
import { withinLimits } from './within-limits.ts'

/** Makes canonical calls such that their models take them, and learns from refusals. Never asked of native calls. */
export interface Fitting {
  /** Throws `invalid_request` where the call holds a schema that is none. */
  fit(call: Pick<Call, 'model' | 'request'>, places: SchemaPlaces | undefined): FittedCall
}

/** One call as its model takes it. */
export interface FittedCall {
  /** After a repair the repaired one. */
  readonly request: GenerateContentRequest
  readonly notes: readonly string[]
  /** Google's answer, or a chunk of it, as the client's request means it. */
  restore(reply: GenerateContentResponse): GenerateContentResponse
  /**
   * The call as `model` may take it after all, where the text of its 400 says why it did not; undefined where that
   * helps nobody. What comes of it is what `restore` expects from now on.
   */
  repair(refusal: string, model: string): Repair | undefined
}

/** A request to be sent in place of one that was refused. */
export interface Repair {
  readonly request: GenerateContentRequest
  /** What is different now. */
  readonly notes: readonly string[]
}

/** Nothing learned yet; `now` is in milliseconds since any moment. */
export function createFitting(now: () => number): Fitting {
  const learned = createLearnedLimits(now)

  return {
    fit({ model, request: own }, places) {
      let request = own
      let restorer: Restorer | undefined

      function fitTo(limits: ModelLimits): Repair {
        const limited = withinLimits(request, limits)
        const dialect = limits.schemas ?? traitsOf(model).schemas
        const fitted = fitSchemas(limited.request, dialect, places)
        restorer = fitted.restores && createRestorer(fitted.restores)
        return { request: fitted.request, notes: [...limited.notes, ...fitted.notes] }
      }

      function withoutTheirs(): Repair | undefined {
        request = { ...request, contents: withoutSignatures(request.contents ?? []) }
        const { request: fitted } = fitTo(learned.of(model))
        const notes = ['thought signatures: given up, the model does not take them']
        return inPlace({ request: fitted, notes })
      }

      /** Undefined where it is what was sent already. */
      function inPlace(repaired: Repair): Repair | undefined {
        if (isSame(repaired.request, current)) return undefined
        current = repaired.request
        return repaired
      }

      const first = fitTo(learned.of(model))
      let current = first.request
      return {
        get request() {
          return current
        },
        notes: first.notes,
        restore: (reply) => restorer?.restore(reply) ?? reply,
        repair(refusal, asked) {
          if (blamesSignature(refusal)) return withoutTheirs()
          const limits = limitsIn(refusal, asked, learned.of(asked))
          if (!limits) return undefined
          learned.learn(asked, limits)
          return inPlace(withOwnNotes(fitTo(limits), first))
        },
      }
    },
  }
}

function isSame(one: GenerateContentRequest, other: GenerateContentRequest): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** What was said of the first form is said already. */
function withOwnNotes({ request, notes }: Repair, first: Repair): Repair {
  const added = notes.filter((note) => !first.notes.includes(note))
  return { request, notes: ['asked again in a form that the model takes', ...added] }
}

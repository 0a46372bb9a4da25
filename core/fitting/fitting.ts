import type { GenerateContentRequest, GenerateContentResponse } from '../canonical.ts'
import { withoutSignatures } from '../codec/signatures.ts'
import { traitsOf } from '../models.ts'
import type { Call, SchemaPlaces } from '../plugin.ts'
import { asModelTakes } from './as-model-takes.ts'
import { fitSchemas } from './fit-schemas.ts'
import { withJsonInWords } from './json-in-words.ts'
import { createLearnedLimits } from './learned-limits.ts'
import { limitsIn, type ModelLimits } from './model-limits.ts'
import { createRestorer, type Restorer } from './restorer.ts'
import { blamesSignature } from './signature-refusal.ts'
import { withinLimits } from './within-limits.ts'

/** Makes canonical calls such that their models take them, and learns from refusals. Never asked of native calls. */
export interface Fitting {
  /** Throws `invalid_request` where the call holds a schema that is none. */
  fit(call: Pick<Call, 'model' | 'request'>, places: SchemaPlaces | undefined): FittedCall
  /** Whether a model makes several candidates of one request, where the answer is whole. */
  givesSeveral(model: string): boolean
  /** Learns that it makes one only, where that is what the text of its 400 says. */
  learnsSingly(refusal: string, model: string): boolean
}

/** One call as its model takes it. */
export interface FittedCall {
  /** After a repair, or for another model, that one. */
  readonly request: GenerateContentRequest
  readonly notes: readonly string[]
  /** Google's answer, or a chunk of it, as the client's request means it. */
  restore(reply: GenerateContentResponse): GenerateContentResponse
  /**
   * The call as its model may take it after all, where the text of its 400 says why it did not; undefined where that
   * helps nobody. What comes of it is what `restore` expects from now on.
   */
  repair(refusal: string): Repair | undefined
  /** The call for another model that is asked in place of its own; `restore` and `repair` then go by that one. */
  forModel(model: string): Refit
}

/** A request to be sent in another one's place. */
export interface Refit {
  readonly request: GenerateContentRequest
  /** What is different now. */
  readonly notes: readonly string[]
}

/** A request to be sent in place of one that was refused. */
export interface Repair extends Refit {
  /** To be told when the model has taken it: its other calls then begin with what was learned. */
  worked(): void
}

/** Nothing learned yet; `now` is in milliseconds since any moment. */
export function createFitting(now: () => number): Fitting {
  const learned = createLearnedLimits(now)

  return {
    givesSeveral: (model) => traitsOf(model).candidates && !learned.of(model).oneCandidate,
    learnsSingly(refusal, model) {
      const limits = limitsIn(refusal, model, learned.of(model))
      if (!limits?.oneCandidate) return false
      learned.learn(model, limits)
      return true
    },
    fit({ model, request }, places) {
      /** The request for the model that is asked, before its limits are kept. */
      let asked = { model, request }
      /** What refusals of this call have said so far. */
      let found: ModelLimits = {}
      let restorer: Restorer | undefined

      /** The request as the model takes it as far as is known. */
      function fitted(): Refit {
        const limits = { ...learned.of(asked.model), ...found }
        const traits = traitsOf(asked.model)
        const takesJson = limits.jsonBesideFunctions ?? traits.jsonBesideFunctions
        const said = takesJson ? { request: asked.request, notes: [] } : withJsonInWords(asked.request)
        const limited = withinLimits(said.request, limits)
        const dialect = limits.schemas ?? traits.schemas
        const { request, notes, restores } = fitSchemas(limited.request, dialect, places)
        restorer = restores && createRestorer(restores)
        return { request, notes: [...said.notes, ...limited.notes, ...notes] }
      }

      /** The same, with what was not said of the first form. */
      function refitted(): Refit {
        const { request, notes } = fitted()
        return { request, notes: notes.filter((note) => !first.notes.includes(note)) }
      }

      /** Undefined where it is what was sent already. */
      function inPlace(reason: string): Repair | undefined {
        const { request: repaired, notes } = refitted()
        if (isSame(repaired, current)) return undefined
        current = repaired
        return { request: repaired, notes: [reason, ...notes], worked }
      }

      function worked(): void {
        const { model: taking } = asked
        if (Object.keys(found).length > 0) learned.learn(taking, { ...learned.of(taking), ...found })
      }

      const first = fitted()
      let current = first.request
      return {
        get request() {
          return current
        },
        notes: first.notes,
        restore: (reply) => restorer?.restore(reply) ?? reply,
        repair(refusal) {
          if (blamesSignature(refusal)) {
            const contents = withoutSignatures(asked.request.contents ?? [])
            asked = { ...asked, request: { ...asked.request, contents } }
            return inPlace('thought signatures: given up, the model does not take them')
          }
          const limits = limitsIn(refusal, asked.model, { ...learned.of(asked.model), ...found })
          if (!limits) return undefined
          found = limits
          return inPlace('asked again in a form that the model takes')
        },
        forModel(other) {
          const { request: own, notes } = asModelTakes(request, traitsOf(other))
          asked = { model: other, request: own }
          found = {}
          const refit = refitted()
          current = refit.request
          return { request: current, notes: [...notes, ...refit.notes] }
        },
      }
    },
  }
}

function isSame(one: GenerateContentRequest, other: GenerateContentRequest): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

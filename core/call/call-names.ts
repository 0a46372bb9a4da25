import type { ModelCatalogue } from '../models/model-catalogue.ts'
import { createModelNames, type ModelNames, type NamedModel } from '../models/model-names.ts'
import type { NativeTarget } from '../plugin.ts'
import type { HookChain } from '../plugins/hooks.ts'
import type { Flight } from './flight.ts'
import { withNameInBody } from './named-body.ts'
import { withModel } from './upstream-requests.ts'

/** Where Google's own names are found. */
interface Known {
  readonly catalogue: Pick<ModelCatalogue, 'models' | 'seenBy'>
}

/** How the models of one call are named, by the plugins that serve it. */
export function namesOf({ exchange }: Flight, known: Known): ModelNames {
  return namesBy(exchange.plugins.hooks, known)
}

/** How models are named by these plugins. */
export function namesBy(hooks: Pick<HookChain, 'suffixes' | 'modelOf'>, { catalogue }: Known): ModelNames {
  return createModelNames({ catalogue, hooks, learnMilliseconds: LEARN_MILLISECONDS })
}

/** How long a call with a suffix waits for Google's list of names, where none is known. */
const LEARN_MILLISECONDS = 3_000

/** A stated name, read; nothing is waited for but where a suffix must be told from a name. */
export async function readName(flight: Flight, names: ModelNames, stated: string): Promise<NamedModel> {
  const learning = names.learn(stated)
  if (learning) await flight.trace.waiting(learning)
  return names.read(stated)
}

/** The target by the name that Google has for its model. */
export async function withNamed(
  flight: Flight,
  names: ModelNames,
  target: NativeTarget,
): Promise<NativeTarget> {
  const named = await readName(flight, names, target.model)
  if (named.model === target.model) return target
  flight.head = { ...flight.head, ...named }
  flight.body &&= withNameInBody(flight.body, target.model, named.model)
  if (target.operation !== 'generateContent')
    flight.notes = (named.suffixes ?? []).map((suffix) => `${suffix}: without effect on ${target.operation}`)
  return withModel(target, named.model)
}

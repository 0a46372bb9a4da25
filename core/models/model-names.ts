import type { HookChain } from '../plugins/hooks.ts'
import type { ModelCatalogue } from './model-catalogue.ts'

/** A stated name, read. */
export interface NamedModel {
  /** Google's, as far as anyone here knows. */
  readonly model: string
  /** Those that the stated name ended with, the last of them first; absent for none. */
  readonly suffixes?: readonly string[]
}

/** How clients name models: by Google's names, by those that plugins give, and by suffixes in any order. */
export interface ModelNames {
  /** Reads a name by what is known now; throws the GatewayError of a plugin that refuses it. */
  read(stated: string): NamedModel
  /** To be awaited before `read` where Google's own names must be learned to read it; never rejects. */
  learn(stated: string): Promise<void> | undefined
}

export interface ModelNamesOptions {
  readonly catalogue: Pick<ModelCatalogue, 'models' | 'seenBy'>
  readonly hooks: Pick<HookChain, 'suffixes' | 'modelOf'>
  /** How long `learn` waits for Google at most. */
  readonly learnMilliseconds: number
}

/** Reads names by what the plugins say of them. */
export function createModelNames({ catalogue, hooks, learnMilliseconds }: ModelNamesOptions): ModelNames {
  const isGoogles = (name: string) => name.includes('/') || catalogue.seenBy(name).length > 0

  function suffixOf(name: string): string | undefined {
    return hooks.suffixes.find((suffix) => name.length > suffix.length && name.endsWith(suffix))
  }

  return {
    read(stated) {
      const suffixes: string[] = []
      let model = stated
      let known: string | undefined
      for (;;) {
        if (known === undefined) {
          known = hooks.modelOf(model)
          model = known ?? model
        }
        const suffix = suffixOf(model)
        if (suffix === undefined || isGoogles(model)) {
          return suffixes.length > 0 ? { model, suffixes } : { model }
        }
        suffixes.push(suffix)
        model = model.slice(0, -suffix.length)
      }
    },

    learn(stated) {
      if (suffixOf(stated) === undefined || isGoogles(stated)) return undefined
      return withinTime(catalogue.models(), learnMilliseconds)
    },
  }
}

/** Resolves when the work is done or has failed, or the time is over. */
function withinTime(work: Promise<unknown>, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    work.then(done, done)
  })
}

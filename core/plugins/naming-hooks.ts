import type { Model } from '../canonical.ts'
import { type Ending, withDerived } from '../models/derived-models.ts'
import type { HookedPlugin } from './loaded-plugin.ts'
import { runHook, runHookAsync } from './run-hook.ts'

/** What plugins say of models and of their names, seen as one. */
export interface NamingHooks {
  models(list: readonly Model[]): Promise<readonly Model[]>
  /** Those of all plugins, the longest first. */
  readonly suffixes: readonly string[]
  /** What the first plugin to know it says a name stands for. */
  modelOf(name: string): string | undefined
}

/** Composes plugins, in their order. */
export function createNamingHooks(plugins: readonly HookedPlugin[]): NamingHooks {
  const listing = plugins.filter(({ hooks }) => hooks.models)
  const naming = plugins.filter(({ hooks }) => hooks.modelOf)
  const endings = plugins.flatMap(endingsOf)

  function modelOf(name: string): string | undefined {
    for (const plugin of naming) {
      const model = runHook(plugin, 'modelOf', () => plugin.hooks.modelOf?.(name))
      if (model !== undefined) return model
    }
    return undefined
  }

  /** What is on the list has been let through already. */
  function targetOf(name: string): string | undefined {
    try {
      return modelOf(name)
    } catch {
      return undefined
    }
  }

  return {
    async models(list) {
      for (const plugin of listing) {
        list = (await runHookAsync(plugin, 'models', () => plugin.hooks.models?.(list))) ?? list
      }
      return withDerived(list, endings, targetOf)
    },
    suffixes: endings.map(([suffix]) => suffix).sort((one, other) => other.length - one.length),
    modelOf,
  }
}

function endingsOf(plugin: HookedPlugin): Ending[] {
  return Object.entries(plugin.hooks.suffixes ?? {}).map(([suffix, fits]) => [
    suffix,
    (model) => runHook(plugin, 'suffixes', () => fits(model)) === true,
  ])
}

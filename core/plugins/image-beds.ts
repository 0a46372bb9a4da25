import type { ImageBed } from '../image-bed.ts'
import { didYouMean, nearestName } from '../settings/nearest-name.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

/** The image beds that plugins bring, each made when it is first asked for. */
export interface ImageBeds {
  /** That of the last plugin that has it. Throws an Error whose sentence names the beds there are. */
  get(name: string): ImageBed
}

/** Looks among the plugins as they are when it is asked. */
export function createImageBeds(plugins: () => readonly LoadedPlugin[]): ImageBeds {
  const made = new WeakMap<LoadedPlugin, Map<string, ImageBed>>()

  function bedOf(plugin: LoadedPlugin, name: string, create: () => ImageBed): ImageBed {
    const beds = made.get(plugin) ?? new Map<string, ImageBed>()
    made.set(plugin, beds)
    const bed = beds.get(name) ?? create()
    beds.set(name, bed)
    return bed
  }

  return {
    get(name) {
      for (const plugin of plugins().toReversed()) {
        const create = Object.entries(plugin.hooks.imageBeds ?? {}).find(([known]) => known === name)?.[1]
        if (create) return bedOf(plugin, name, create)
      }
      const known = plugins().flatMap(({ hooks }) => Object.keys(hooks.imageBeds ?? {}))
      const choice = known.length > 0 ? `there are ${known.join(', ')}` : 'no plugin brings one'
      throw new Error(`There is no image bed "${name}": ${choice}${didYouMean(nearestName(name, known))}`)
    },
  }
}

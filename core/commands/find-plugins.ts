import { dirname, join, resolve } from 'node:path'
import type { Rooms } from '../rooms.ts'

/** Where plugins of somebody else's lie. */
export interface FoundPlugins {
  /** What a name in the config stands for: an absolute path, or itself where it is the name of one that ships. */
  sourceOf(name: string): string
  /** Absolute paths of those in the `plugins` folder that the config does not name. */
  readonly beside: readonly string[]
}

const FOLDER = 'plugins'
const NPM = 'npm:'

/**
 * Finds what the config in `folder` names, and what lies in the `plugins` folder beside it: each file in TypeScript or
 * JavaScript and each folder with a package.json or an index, but for tests, declarations and names that begin
 * with `.` or `_`. A package is looked for in `node_modules` as Node does, from `folder` upwards.
 */
export async function findPlugins(
  rooms: Pick<Rooms, 'runtime' | 'shippedFolder'>,
  folder: string,
  names: readonly string[],
): Promise<FoundPlugins> {
  const { files } = rooms.runtime
  const sources = new Map<string, string>()
  for (const name of names) {
    if (name.startsWith(NPM)) sources.set(name, await packageFolder(files, folder, name.slice(NPM.length)))
    else if (/^[./]/.test(name)) sources.set(name, resolve(folder, name))
  }
  const place = resolve(folder, FOLDER)
  const named = new Set(sources.values())
  const all = place === resolve(rooms.shippedFolder) ? [] : await pluginsIn(files, place)
  return {
    sourceOf: (name) => sources.get(name) ?? name,
    beside: all.filter((path) => !named.has(path)),
  }
}

type Files = Rooms['runtime']['files']

/** Where it is not installed, the place where it should be. */
async function packageFolder(files: Files, folder: string, name: string): Promise<string> {
  const nearest = resolve(folder, 'node_modules', name)
  for (let above = resolve(folder); ; above = dirname(above)) {
    const path = join(above, 'node_modules', name)
    if ((await files.read(join(path, 'package.json'))) !== undefined) return path
    if (above === dirname(above)) return nearest
  }
}

async function pluginsIn(files: Files, place: string): Promise<string[]> {
  const paths: string[] = []
  for (const name of await files.list(place)) {
    if (/^[._]|\.test\.[jt]s$|\.d\.ts$/.test(name)) continue
    if (/\.(ts|js|mjs)$/.test(name)) paths.push(join(place, name))
    else if (name.endsWith('/') && (await isModule(files, join(place, name))))
      paths.push(resolve(place, name))
  }
  return paths
}

async function isModule(files: Files, folder: string): Promise<boolean> {
  const names = await files.list(folder)
  return names.some((name) => /^(package\.json|index\.(ts|js|mjs))$/.test(name))
}

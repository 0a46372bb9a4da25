import { join } from 'node:path'
import type { Rooms } from '../rooms.ts'
import { BUILD, VERSION } from '../version.ts'

const TYPES_FILE = 'geminate.d.ts'
const CONFIG_FILE = 'tsconfig.json'

/**
 * Puts beside plugins what editors and `tsc` need to know `geminate/sdk` and `geminate/testing`: their types, those of
 * this very program, and a `tsconfig.json` where there is none. Returns the paths that were written; rejects where
 * there are no types to write.
 */
export async function writeAuthorFiles(
  { runtime: { files }, authorTypes }: Pick<Rooms, 'runtime' | 'authorTypes'>,
  folder: string,
): Promise<string[]> {
  const wanted = {
    [TYPES_FILE]: async (known = '') => (known.startsWith(HEAD) ? undefined : HEAD + (await authorTypes())),
    [CONFIG_FILE]: async (known?: string) => (known === undefined ? CONFIG : undefined),
  }
  const written: string[] = []
  for (const [name, textFor] of Object.entries(wanted)) {
    const path = join(folder, name)
    const text = await textFor(await files.read(path))
    if (text === undefined) continue
    await files.write(path, text)
    written.push(path)
  }
  return written
}

/** Types of another program are written anew. */
const HEAD = `// For editors of plugins, by "geminate plugin new" of Geminate ${VERSION}, ${BUILD}.\n`

const COMPILER = {
  compilerOptions: {
    target: 'ESNext',
    module: 'Preserve',
    moduleResolution: 'bundler',
    lib: ['ESNext', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    allowJs: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
  },
}

const CONFIG = `${JSON.stringify(COMPILER, undefined, 2)}\n`

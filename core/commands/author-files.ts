import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Rooms } from '../rooms.ts'

declare const GEMINATE_AUTHOR_TYPES: string | undefined

/** The types of `geminate/sdk` and `geminate/testing` (`release/author-types.ts`), packed; absent where this program was not built. */
const PACKED = typeof GEMINATE_AUTHOR_TYPES === 'string' ? GEMINATE_AUTHOR_TYPES : undefined

const TYPES_FILE = 'geminate.d.ts'
const CONFIG_FILE = 'tsconfig.json'

/**
 * Puts beside plugins what editors and `tsc` need to know `geminate/sdk` and `geminate/testing`: their types, those of
 * this very program, and a `tsconfig.json` where there is none. Returns the paths that were written; none where
 * this program was not built, since an editor finds the types within a checkout by itself.
 */
export async function writeAuthorFiles(files: Rooms['runtime']['files'], folder: string): Promise<string[]> {
  if (PACKED === undefined) return []
  const types = join(folder, TYPES_FILE)
  await files.write(types, gunzipSync(Uint8Array.fromBase64(PACKED)).toString())
  const config = join(folder, CONFIG_FILE)
  if ((await files.read(config)) !== undefined) return [types]
  await files.write(config, `${JSON.stringify(CONFIG, undefined, 2)}\n`)
  return [types, config]
}

const CONFIG = {
  compilerOptions: {
    target: 'ESNext',
    module: 'Preserve',
    moduleResolution: 'bundler',
    lib: ['ESNext', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
  },
}

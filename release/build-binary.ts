import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'bun'
import { makeAuthorTypes } from './author-types.ts'

/** `bun run build` makes `dist/geminate`: the gateway as one file, the same bytes for the same commit. */
const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Read by `core/version.ts`, `release/provided-types.ts` and libraries; those that ask where their files lie hear of
 * none, as there are none in the binary.
 */
const CONSTANTS = {
  GEMINATE_BUILD: buildOf(root),
  GEMINATE_AUTHOR_TYPES: gzipSync(makeAuthorTypes()).toString('base64'),
  'process.env.NODE_ENV': 'production',
  __dirname: '/',
  __filename: '/geminate.js',
}

await build({
  entrypoints: [join(root, 'core/main.ts')],
  target: 'bun',
  format: 'esm',
  minify: true,
  bytecode: true,
  define: Object.fromEntries(Object.entries(CONSTANTS).map(([name, value]) => [name, JSON.stringify(value)])),
  compile: {
    outfile: join(root, 'dist/geminate'),
    // Else the binary would obey the `bunfig.toml` and the `.env` of the folder it is started in.
    autoloadBunfig: false,
    autoloadDotenv: false,
    autoloadPackageJson: true, // else packages of plugins are not found
  },
})

/** The commit and its date, such as `22f980b of 2026-11-25`, with `+` where files differ from it. */
function buildOf(folder: string): string {
  const [hash, date] = git(folder, 'log', '-1', '--abbrev=10', '--format=%h %cs')?.split(' ') ?? []
  if (!hash || !date) return 'of no known commit'
  return `${hash}${git(folder, 'status', '--porcelain') === '' ? '' : '+'} of ${date}`
}

function git(folder: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

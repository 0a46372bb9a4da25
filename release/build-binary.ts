import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { makeAuthorTypes } from './author-types.ts'

/** `bun run build` makes `dist/geminate`: the gateway as one file, the same bytes for the same commit. */
const root = fileURLToPath(new URL('..', import.meta.url))

const FLAGS = [
  '--compile',
  '--production',
  '--minify',
  '--bytecode',
  '--format=esm',
  // Else the binary would obey the `bunfig.toml` and the `.env` of the folder it is started in.
  '--no-compile-autoload-bunfig',
  '--no-compile-autoload-dotenv',
  '--compile-autoload-package-json', // else packages of plugins are not found
]

/** Read by `core/version.ts` and `release/provided-types.ts`, and by packages that ask where their files lie: in the binary there are none. */
const CONSTANTS = {
  GEMINATE_BUILD: buildOf(root),
  GEMINATE_AUTHOR_TYPES: gzipSync(makeAuthorTypes()).toString('base64'),
  __dirname: '/',
  __filename: '/geminate.js',
}

const defines = Object.entries(CONSTANTS).map(([name, value]) => `--define=${name}=${JSON.stringify(value)}`)
const args = ['build', 'core/main.ts', '--outfile=dist/geminate', ...FLAGS, ...defines]
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1

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

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const LONGEST_FILE = 300

/** The one file that sees every room. */
const EVERYWHERE = 'core/main.ts'

/** Third-party packages, and the only files that may know them. */
const PACKAGES: readonly (readonly [name: RegExp, allowed: RegExp])[] = [
  [/^elysia$/, /^core\/(plugin|http\/(plugin-app|own-routes))\.ts$/],
  [/^pino$/, /^core\/log\/log\.ts$/],
  [/^re2js$/, /^core\/keyring\/import\/key-pattern\.ts$/],
  [/^csv-parse\/sync$/, /^core\/keyring\/import\/read-csv\.ts$/],
  [/^yaml$/, /^core\/settings\/read-yaml\.ts$/],
  [/^fastest-levenshtein$/, /^core\/settings\/nearest-name\.ts$/],
  [
    /^(agent-base|https?-proxy-agent|socks-proxy-agent|ws)$/,
    /^adapters\/(transport\/|simulated-google\/live)/,
  ],
  [/^ipaddr\.js$/, /^core\/(fetch\/public-address|http\/address-list)\.ts$/],
  // Said in the texts that authors of plugins start from.
  [/^geminate\/(sdk|testing)$/, /^core\/commands\/scaffolds\//],
  [/^@sinclair\/typebox(\/value)?$/, /^(core|plugins)\//],
]

/** What of the runtime's own modules works alike everywhere and touches nothing outside. */
const PURE_BUILTINS = [
  'node:assert/strict',
  'node:buffer',
  'node:crypto',
  'node:path',
  'node:util',
  'node:zlib',
]

const source = (file: string) => readFileSync(join(root, file), 'utf8')
const files = ['core', 'plugins', 'adapters', 'admin'].flatMap(filesIn)

for (const file of files) {
  test(`${file} imports only what it may`, () => {
    assert.deepEqual(
      importsOf(source(file)).filter((target) => !mayImport(file, target)),
      [],
    )
  })
}

test('only adapters speak to the runtime by its name', () => {
  const named = /(?<![\w.$])(?:globalThis\s*\.\s*)?(Bun|Deno|process)\s*(\.|\?\.|\[)/
  const guilty = files.filter((file) => !file.startsWith('adapters/') && named.test(code(file)))
  assert.deepEqual(guilty, [])
})

test('the admin imports nothing of the other rooms', () => {
  const outside = files
    .filter(isIn('admin'))
    .flatMap((file) => importsOf(source(file)).filter(isOutsideAdmin(file)))
  assert.deepEqual(outside, [])
})

test(`no file is longer than ${LONGEST_FILE} lines`, () => {
  const long = [...files, ...filesIn('test')].filter(
    (file) => source(file).split('\n').length - 1 > LONGEST_FILE,
  )
  assert.deepEqual(long, [])
})

test('every file is named in kebab-case', () => {
  assert.deepEqual(
    files.filter((file) => !/^[a-z0-9-]+(\.[a-z0-9]+)+$/.test(file.split('/').at(-1) ?? '')),
    [],
  )
})

test('no file is a drawer for anything', () => {
  const drawer = /(^|\/)(utils?|helpers?|common|misc|types)(\/|\.ts$)/
  assert.deepEqual(
    files.filter((file) => drawer.test(file)),
    [],
  )
})

test('every function, constant and class that the core exports has a doc comment', () => {
  assert.deepEqual(files.filter(isIn('core')).flatMap(undocumented), [])
})

test('every file that ARCHITECTURE.md names exists', () => {
  const named = source('ARCHITECTURE.md').matchAll(/`((?:core|plugins|adapters|admin|test)\/[\w./-]+\.\w+)`/g)
  const paths = [...named].map(([, path = '']) => path)
  assert.ok(paths.length > 0)
  assert.deepEqual(
    paths.filter((path) => !existsSync(join(root, path))),
    [],
  )
})

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : filesIn(path)
    return /\.tsx?$/.test(entry.name) ? [path] : []
  })
}

function isIn(room: string) {
  return (file: string) => file.startsWith(`${room}/`)
}

/** `from '…'`, `import '…'` and `import('…')`, types too. */
function importsOf(text: string): string[] {
  const clauses = text.matchAll(/^\s*(?:import|export|\})[^'"\n]*\bfrom\s+['"]([^'"]+)['"]/gm)
  const bare = text.matchAll(/^\s*import\s+['"]([^'"]+)['"]/gm)
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)
  return [...new Set([...clauses, ...bare, ...dynamic].map(([, target = '']) => target))]
}

function mayImport(file: string, target: string): boolean {
  if (target.startsWith('.')) return mayImportFile(file, normalize(join(dirname(file), target)))
  if (/^(node|bun):/.test(target)) return isIn('adapters')(file) || PURE_BUILTINS.includes(target)
  return PACKAGES.some(([name, allowed]) => name.test(target) && allowed.test(file))
}

function mayImportFile(file: string, target: string): boolean {
  if (file === EVERYWHERE) return true
  if (!target.endsWith('.ts')) return false
  if (file === 'plugins/standard.ts') return /^(core\/.+|plugins\/[\w-]+\/index\.ts)$/.test(target)
  const [room = '', folder = ''] = file.split('/')
  const own = room === 'plugins' || room === 'adapters' ? `${room}/${folder}/` : `${room}/`
  return target.startsWith(own) || (room !== 'admin' && target.startsWith('core/') && target !== EVERYWHERE)
}

function isOutsideAdmin(file: string) {
  return (target: string) =>
    !target.startsWith('.') || !normalize(join(dirname(file), target)).startsWith('admin/')
}

/** A file without its comments and texts. */
function code(file: string): string {
  return source(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
}

function undocumented(file: string): string[] {
  const lines = source(file).split('\n')
  return lines.flatMap((line, index) => {
    const isExport = /^export (async |abstract )?(function|const|class|let)\b/.test(line)
    return isExport && !lines[index - 1]?.trimEnd().endsWith('*/') ? [`${file}:${index + 1}`] : []
  })
}

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url).href)
const TYPEBOX = join(root, 'node_modules/@sinclair/typebox/build/esm/index.d.mts')

/** Entries of the package, and the files that they are. */
const ENTRIES = { 'geminate/sdk': 'core/sdk.d.ts', 'geminate/testing': 'core/testing.d.ts' } as const

/**
 * The types of `geminate/sdk` and `geminate/testing`, and of what they are made of, as one file of ambient modules: an
 * editor that sees it needs no package. Takes the compiler a second or two.
 */
export function makeAuthorTypes(): string {
  const folder = mkdtempSync(join(tmpdir(), 'geminate-types-'))
  try {
    emitDeclarations(folder)
    const own = Object.entries(ENTRIES).map(([name, file]) => [join(folder, file), name] as const)
    const names = new Map([...own, [TYPEBOX, '@sinclair/typebox']])
    const nameOf = (path: string) => names.get(path) ?? `geminate/internal/${nameWithin(path, folder)}`
    const modules = closureOf([...names.keys()])
      .map(([path, text]) => toModule(path, text, nameOf))
      .sort()
    return [...modules, readFileSync(join(root, 'release/outside-types.txt'), 'utf8')].join('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function emitDeclarations(outDir: string): void {
  const config = join(outDir, 'tsconfig.json')
  const compilerOptions = {
    ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, outDir, rootDir: root },
    typeRoots: [join(root, 'node_modules/@types')],
  }
  const files = Object.values(ENTRIES).map((file) => join(root, file.replace('.d.ts', '.ts')))
  writeFileSync(
    config,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }),
  )
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const args = 'Deno' in globalThis ? ['run', '--allow-all', compiler] : [compiler]
  const { status, stdout, stderr } = spawnSync(execPath, [...args, '-p', config], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`they cannot be made from the sources: ${stdout || stderr}`)
}

function nameWithin(path: string, folder: string): string {
  const isOwn = !relative(folder, path).startsWith('..')
  const place = isOwn ? relative(folder, path) : `typebox/${relative(dirname(TYPEBOX), path)}`
  return place.replace(/\.d\.m?ts$/, '')
}

const SPECIFIER = /(\b(?:from|import)\s*\(?\s*['"])([^'"]+)(['"])/g

/** The files and all that they import by a relative path. */
function closureOf(entries: readonly string[]): (readonly [path: string, text: string])[] {
  const known = new Map<string, string>()
  const waiting = [...entries]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (known.has(path)) continue
    const text = readFileSync(path, 'utf8')
    known.set(path, text)
    for (const [, , specifier = ''] of text.matchAll(SPECIFIER))
      if (specifier.startsWith('.')) waiting.push(targetOf(path, specifier))
  }
  return [...known]
}

function targetOf(path: string, specifier: string): string {
  return resolve(dirname(path), specifier.replace(/\.(m?)(ts|js)$/, '.d.$1ts'))
}

/** All within an ambient module is declared already, and its imports must be absolute. */
function toModule(path: string, text: string, nameOf: (path: string) => string): string {
  const absolute = text.replace(SPECIFIER, (all, before: string, specifier: string, after: string) =>
    specifier.startsWith('.') ? before + nameOf(targetOf(path, specifier)) + after : all,
  )
  const declared = absolute.replace(/^(\s*)(export )?declare /gm, '$1$2')
  return `declare module '${nameOf(path)}' {\n${declared.trim()}\n}\n`
}

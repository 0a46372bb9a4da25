import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { describeShape } from './describe-setting.ts'
import { didYouMean, nearestPath } from './nearest-name.ts'
import { fieldOf, isMap, joinPath, leavesOf, memberFor, type Shape, shapeOf } from './schema-shape.ts'
import { isSecretSetting, withoutSecrets } from './setting-secrets.ts'
import { isNameHidden, knownBeside, shownPath } from './shown-path.ts'

/** What is wrong with one setting. `toSentence` says it in words. */
export type SettingProblem =
  | { readonly path: string; readonly kind: 'unknown'; readonly nearest: string | undefined }
  | { readonly path: string; readonly kind: 'missing'; readonly must: string }
  | { readonly path: string; readonly kind: 'wrong'; readonly was: string; readonly must: string }

/** Everything that is wrong with a value of this schema, whether its defaults are filled already or not. */
export function checkSettings(schema: TSchema, value: unknown, path = ''): SettingProblem[] {
  const root = shapeOf(schema)
  const known = [...leavesOf(root, path)].map(([leaf]) => leaf)
  return [...problemsOf(root, value, path, known)]
}

/** `where` is `in FILE` or `from VARIABLE`. No secret is in the sentence. */
export function toSentence(problem: SettingProblem, where: string): string {
  const setting = `"${shownPath(problem.path)}" ${where}`
  if (problem.kind === 'missing') return `Setting ${setting} is missing, but must be ${problem.must}`
  if (problem.kind === 'wrong') return `Setting ${setting} is ${problem.was}, but must be ${problem.must}`
  return `Unknown setting ${setting}${knownBeside(problem.path)}${didYouMean(problem.nearest)}`
}

type Problems = Generator<SettingProblem>

function* problemsOf(shape: Shape, value: unknown, path: string, known: readonly string[]): Problems {
  const member = memberFor(shape, value)
  if (isMap(value) && member) yield* problemsOfMap(member, value, path, known)
  else if (Array.isArray(value) && member?.items) yield* problemsOfList(member, value, path, known)
  else if (Value.Check(shape as unknown as TSchema, value)) return
  else yield { path, kind: 'wrong', was: shown(path, value), must: describeShape(shape) }
}

function* problemsOfMap(
  shape: Shape,
  value: Record<string, unknown>,
  path: string,
  known: readonly string[],
): Problems {
  for (const name of shape.required ?? []) {
    const needed = fieldOf(shape, name) ?? {}
    if (value[name] !== undefined || needed.default !== undefined) continue
    yield { path: joinPath(path, name), kind: 'missing', must: describeShape(needed) }
  }
  for (const [name, field] of Object.entries(value)) {
    const here = joinPath(path, name)
    const expected = fieldOf(shape, name)
    if (expected) yield* problemsOf(expected, field, here, known)
    else yield { path: here, kind: 'unknown', nearest: nearestOf(here, shape, path, known) }
  }
}

function* problemsOfList(
  shape: Shape,
  items: readonly unknown[],
  path: string,
  known: readonly string[],
): Problems {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = shape
  if (items.length < minItems || items.length > maxItems) {
    yield { path, kind: 'wrong', was: `a list of ${items.length}`, must: describeShape(shape) }
  }
  for (const [index, item] of items.entries()) {
    yield* problemsOf(shape.items ?? {}, item, `${path}[${index}]`, known)
  }
}

/** The nearest of the names beside the unknown one and of every other setting. */
function nearestOf(here: string, shape: Shape, path: string, known: readonly string[]): string | undefined {
  if (isNameHidden(here)) return undefined
  const beside = Object.keys(shape.properties ?? {}).map((name) => joinPath(path, name))
  return nearestPath(here, [...beside, ...known])
}

function shown(path: string, value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isMap(value)) return 'a map'
  if (value === null || value === undefined) return 'empty'
  if (isSecretSetting(path)) return 'a hidden value'
  if (typeof value === 'number' && !Number.isFinite(value)) return notFinite(value)
  const text = JSON.stringify(withoutSecrets(path, value)) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

/** As YAML writes it. */
function notFinite(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  return value > 0 ? '.inf' : '-.inf'
}

import { compilePattern, type KeyPattern } from '../keyring/import/key-pattern.ts'
import { listOfTags } from '../keyring/import/list-of-tags.ts'
import { LONGEST_TEXT, parseKeys, type Unmatched } from '../keyring/import/parse-keys.ts'
import { type NewKey, withCommon } from '../keyring/key-change.ts'
import { keyIdOf } from '../pool/key-ring.ts'
import { CommandError, type CommandLine, EXIT } from './command.ts'
import { filterOf } from './keys-filter.ts'
import type { OpenKeys } from './open-keys.ts'

/** Adds the keys of a file, or of standard input. */
export async function importKeys({ keyring, rooms }: OpenKeys, line: CommandLine): Promise<number> {
  const { output } = rooms.runtime
  const text = await readText(rooms.runtime, line.arguments[1])
  const parsed = await parseKeys(text, {
    pattern: patternOf(line.text('pattern')),
    anyShape: line.has('any-shape'),
  })
  const common = {
    tags: listOfTags(line.text('tags')),
    project: line.text('project'),
    weight: weightOf(line.text('weight')),
    upstream: filterOf(line).upstream,
  }
  const meant = parsed.keys.map((key) => withCommon(key, common))
  const fresh = meant.filter(({ secret }) => !keyring.keys.has(keyIdOf(secret)))
  const isDry = line.has('dry-run')
  if (!isDry) await keyring.add(fresh)
  const known = parsed.keys.length - fresh.length
  const { duplicates, unmatched } = parsed
  if (line.has('json')) {
    const answer = {
      dryRun: isDry,
      added: fresh.length,
      duplicates: { inText: duplicates, inPool: known },
      unmatched,
    }
    output.write(`${JSON.stringify(answer, undefined, 2)}\n`)
  } else {
    output.write(`${isDry ? 'Would add' : 'Added'} ${countOf(fresh.length)}; ${known} known already\n`)
    output.error(sentenceOfOthers(meant, keyring))
    for (const one of unmatched) output.error(`Left ${sentenceOf(one)}\n`)
  }
  return EXIT.ok
}

/** What is there already stays what it is; '' where no key was meant for another service. */
function sentenceOfOthers(meant: readonly NewKey[], { keys }: OpenKeys['keyring']): string {
  const others = meant.filter(({ secret, upstream }) => {
    const known = keys.get(keyIdOf(secret))
    return known !== undefined && upstream !== undefined && upstream !== known.upstream
  })
  if (others.length === 0) return ''
  return `Left ${countOf(others.length)} with another service than is said here; PATCH /admin/api/keys changes it\n`
}

type Runtime = OpenKeys['rooms']['runtime']

async function readText({ files, input }: Runtime, path: string | undefined): Promise<string> {
  const isInput = path === undefined || path === '-'
  if (isInput && input.isTerminal) {
    throw new CommandError('Name a file with keys, or send them to standard input', EXIT.usage)
  }
  const text = isInput ? await input.readAll() : await files.read(path)
  if (text === undefined) throw new CommandError(`There is no file ${path}`, EXIT.usage)
  if (text.length > LONGEST_TEXT) {
    throw new CommandError(
      `The text is longer than ${LONGEST_TEXT} characters; import it in parts`,
      EXIT.usage,
    )
  }
  return text
}

function patternOf(expression: string | undefined): KeyPattern | undefined {
  if (expression === undefined) return undefined
  try {
    return compilePattern(expression)
  } catch (thrown) {
    throw new CommandError(`--pattern cannot be used: ${(thrown as Error).message}`, EXIT.usage)
  }
}

function weightOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (Number(text) > 0 && Number.isFinite(Number(text))) return Number(text)
  throw new CommandError('--weight must be a number above 0', EXIT.usage)
}

function countOf(keys: number): string {
  return `${keys} ${keys === 1 ? 'key' : 'keys'}`
}

/** Without the text itself, which may be a secret. */
function sentenceOf({ place, why }: Unmatched): string {
  return `${place}: ${why}`
}

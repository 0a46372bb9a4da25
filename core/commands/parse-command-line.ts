import { parseArgs } from 'node:util'
import { didYouMean, nearestName } from '../settings/nearest-name.ts'
import { type Command, CommandError, type CommandLine, EXIT } from './command.ts'

/** Reads what was typed after a command's name. Throws a CommandError for what the command does not know. */
export function parseCommandLine(command: Command, args: readonly string[]): CommandLine {
  const { tokens } = parseArgs({
    args: [...args],
    options: optionTypes(command),
    strict: false, // its own messages differ between runtimes and name no neighbour
    tokens: true,
    allowPositionals: true,
  })
  const given = new Map<string, string | undefined>()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind === 'option') given.set(token.name, checkedValue(command, token))
  }
  if (command.arguments === '' && positionals.length > 0) {
    throw usage(`"geminate ${command.name}" takes nothing more, but was given "${positionals[0]}"`)
  }
  return { arguments: positionals, text: (name) => given.get(name), has: (name) => given.has(name) }
}

function optionTypes(command: Command) {
  return Object.fromEntries(
    Object.entries(command.options).map(([name, { takes }]) => [
      name,
      { type: takes ? ('string' as const) : ('boolean' as const) },
    ]),
  )
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function checkedValue(
  command: Command,
  { name, rawName, value, inlineValue }: OptionToken,
): string | undefined {
  const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined
  if (!option) {
    const nearest = nearestName(
      rawName,
      Object.keys(command.options).map((known) => `--${known}`),
    )
    throw usage(`"geminate ${command.name}" has no option ${rawName}${didYouMean(nearest)}`)
  }
  const isMissing = value === undefined || value === '' || (!inlineValue && value.startsWith('--'))
  if (option.takes && isMissing)
    throw usage(`The option ${rawName} needs a value: ${rawName} ${option.takes}`)
  if (!option.takes && value !== undefined) throw usage(`The option ${rawName} takes no value`)
  return value
}

function usage(sentence: string): CommandError {
  return new CommandError(sentence, EXIT.usage)
}

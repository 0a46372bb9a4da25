import type { Rooms } from '../rooms.ts'
import { didYouMean, nearestName } from '../settings/nearest-name.ts'
import { SettingsError } from '../settings/settings-error.ts'
import { type Command, CommandError, EXIT } from './command.ts'
import { parseCommandLine } from './parse-command-line.ts'

/**
 * Runs the command that was typed and resolves to its exit code. Never rejects: what went wrong is one
 * sentence a problem on stderr.
 */
export async function runCommand(rooms: Rooms, commands: readonly Command[]): Promise<number> {
  const { args, output } = rooms.runtime
  try {
    const [name, ...rest] = withFlagsAsCommands(args)
    const command = commandNamed(name, commands)
    return await command.run(rooms, parseCommandLine(command, rest))
  } catch (thrown) {
    output.error(`${sentenceOf(thrown)}\n`)
    return exitCodeOf(thrown)
  }
}

/** `geminate --version`, `geminate serve --help` and the like are commands too. */
function withFlagsAsCommands(args: readonly string[]): readonly string[] {
  const [first = '', ...rest] = args
  if (first === '--version' || first === '-v') return ['version', ...rest]
  if (args.includes('--help') || args.includes('-h')) return ['help', ...args.filter(isName).slice(0, 1)]
  return args
}

function isName(argument: string): boolean {
  return !argument.startsWith('-')
}

function commandNamed(name: string | undefined, commands: readonly Command[]): Command {
  const found = commands.find((command) => command.name === name)
  if (found) return found
  if (name === undefined) {
    throw new CommandError('Say what to do, such as "geminate serve"; "geminate help" lists all', EXIT.usage)
  }
  const nearest = nearestName(
    name,
    commands.map((command) => command.name),
  )
  throw new CommandError(`There is no command "${name}"${didYouMean(nearest)}`, EXIT.usage)
}

function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof SettingsError) return EXIT.usage
  return thrown instanceof CommandError ? thrown.exitCode : EXIT.failed
}

function sentenceOf(thrown: unknown): string {
  if (thrown instanceof SettingsError) return thrown.message
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return message.split('\n')[0] || 'It failed without saying why'
}

import { didYouMean, nearestName } from '../settings/nearest-name.ts'
import { type Command, CommandError, EXIT } from './command.ts'

/** Prints what the program can do, or one command's options. */
export function helpOn(commands: readonly Command[]): Command {
  const help: Command = {
    name: 'help',
    summary: 'print this, or the options of one command',
    arguments: '[COMMAND]',
    options: {},
    async run({ runtime }, line) {
      const [name] = line.arguments
      runtime.output.write(
        name === undefined ? overview([...commands, help]) : details(named(name, commands)),
      )
      return EXIT.ok
    },
  }
  return help
}

function named(name: string, commands: readonly Command[]): Command {
  const found = commands.find((command) => command.name === name)
  if (found) return found
  const nearest = nearestName(
    name,
    commands.map((command) => command.name),
  )
  throw new CommandError(`There is no command "${name}"${didYouMean(nearest)}`, EXIT.usage)
}

function overview(commands: readonly Command[]): string {
  return `Geminate makes many Google Gemini API keys look like one dependable API.

Usage: geminate COMMAND [OPTIONS]

${table(commands.map((command) => [usageOf(command), command.summary]))}
"geminate help COMMAND" prints a command's options.

Exit codes: 0 it worked, 1 it failed while running, 2 wrong usage or wrong settings.
`
}

function details(command: Command): string {
  const options = Object.entries(command.options).map(
    ([name, { takes, summary }]) => [takes ? `--${name} ${takes}` : `--${name}`, summary] as const,
  )
  const usage = `Usage: geminate ${usageOf(command)}${options.length > 0 ? ' [OPTIONS]' : ''}`
  const list = options.length > 0 ? `\n${table(options)}` : ''
  return `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.\n\n${usage}\n${list}`
}

function usageOf(command: Command): string {
  return `${command.name} ${command.arguments}`.trim()
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}\n`).join('')
}

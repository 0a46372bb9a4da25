import type { Rooms } from '../rooms.ts'

/** One command of the program. `geminate help` is made from these. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** What follows the name, `new admin|client`; '' for nothing. */
  readonly arguments: string
  readonly options: Readonly<Record<string, CommandOption>>
  /** The exit code. Throws a CommandError or a SettingsError, each with a sentence for the operator. */
  run(rooms: Rooms, line: CommandLine): Promise<number>
}

/** An option or a switch of a command. */
export interface CommandOption {
  /** What the option takes, `FILE`; undefined for a switch. */
  readonly takes?: string
  readonly summary: string
}

/** What was typed after a command's name. */
export interface CommandLine {
  readonly arguments: readonly string[]
  /** The text of an option that takes one. */
  text(option: string): string | undefined
  /** Whether a switch was given. */
  has(option: string): boolean
}

/** What a command exits with. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

/** Ends a command with one sentence on stderr. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.failed, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}

import { pino, stdSerializers, stdTimeFunctions } from 'pino'
import type { Redactor } from './redactor.ts'

/** The gateway's own log. Fields first, then what happened; an error goes under `err` or `error`. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** A log that puts `bindings` on every line. */
  child(bindings: Record<string, unknown>): Log
}

export interface LogOptions {
  /** `trace`, `debug`, `info`, `warn`, `error` or `silent`. */
  readonly level: string
  /** Takes whole lines, line end included, free of secrets. */
  write(line: string): void
  readonly redactor: Redactor
  /** Lines for a person at a terminal instead of JSON. */
  readonly pretty?: boolean
}

/** A log of one JSON object a line: `level`, `time` (ISO 8601, UTC), the fields, `msg`. */
export function createLog({ level, write, redactor, pretty = false }: LogOptions): Log {
  const stream = {
    write: (line: string) => write(redactor.text(pretty ? toReadable(line) : line)),
  }
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err, error: stdSerializers.err },
    },
    stream,
  )
}

function toReadable(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const stacks: string[] = []
  const pairs = Object.entries(fields).map(([name, value]) => {
    if (!isSerializedError(value)) return ` ${name}=${toValue(value)}`
    stacks.push(`    ${value.stack.split('\n').map(printable).join('\n    ')}\n`)
    return ` ${name}=${toValue(value.message)}`
  })
  return `${time} ${String(level).toUpperCase().padEnd(5)} ${printable(String(msg))}${pairs.join('')}\n${stacks.join('')}`
}

function isSerializedError(value: unknown): value is { message: string; stack: string } {
  return typeof value === 'object' && value !== null && 'stack' in value && typeof value.stack === 'string'
}

function toValue(value: unknown): string {
  const isPlain = typeof value === 'string' && /^[^\s"=\p{Cc}]+$/u.test(value)
  return isPlain ? value : printable(JSON.stringify(value))
}

/** Text from outside must not steer the terminal or fake a line. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

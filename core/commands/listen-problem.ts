import { CommandError } from './command.ts'

interface Place {
  readonly host: string
  readonly port: number
}

/** A failure to listen as one sentence that names the setting to change; anything else as it was thrown. */
export function toListenProblem(thrown: unknown, names: Record<keyof Place, string>, place: Place): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const sentence = SENTENCES[code]?.(names, place)
  return sentence === undefined ? thrown : new CommandError(sentence, undefined, { cause: thrown })
}

type Sentence = (names: Record<keyof Place, string>, place: Place) => string

const SENTENCES: Record<string, Sentence> = {
  EADDRINUSE: (names, { host, port }) =>
    `Port ${port} on ${host} is in use; set "${names.port}" to another, or stop what listens there`,
  EACCES: (names, { port }) => `Port ${port} may not be used by this user; set "${names.port}" above 1023`,
  EADDRNOTAVAIL: (names, { host }) => `${host} is no address of this machine; set "${names.host}" to one`,
  ENOTFOUND: (names, { host }) => `${host} is no address of this machine; set "${names.host}" to one`,
}

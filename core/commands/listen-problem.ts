import { CommandError } from './command.ts'

interface Place {
  readonly host: string
  readonly port: number
}

/** A failure to listen as one sentence that names the setting to change; anything else as it was thrown. */
export function toListenProblem(thrown: unknown, names: Record<keyof Place, string>, place: Place): unknown {
  if (!(thrown instanceof Error)) return thrown
  const code = 'code' in thrown ? String(thrown.code) : ''
  // For a host that is none, Bun gives whatever code the last failure of the process had; port 0 is never in use.
  const isStale = cannotBeHost(place.host) || (code === 'EADDRINUSE' && place.port === 0)
  const sentence = isStale ? wrongHost : (SENTENCES[code] ?? unknownName(place.host))
  if (!sentence) return thrown
  return new CommandError(sentence(names, place), undefined, { cause: thrown })
}

/** Numbers and dots that are no IPv4 address, or colons among what no IPv6 address holds. */
function cannotBeHost(host: string): boolean {
  if (/^[\d.]+$/.test(host))
    return !/^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(host)
  return (
    /[^\w.:%[\]-]/.test(host) || (host.includes(':') && /[^\da-f:.]/i.test(host.replace(/%.*|[[\]]/g, '')))
  )
}

/** For a name that nobody resolves Bun has a code of its own and Deno none. */
function unknownName(host: string): Sentence | undefined {
  return /^[\d.]+$/.test(host) || host.includes(':') || host === 'localhost' ? undefined : wrongHost
}

type Sentence = (names: Record<keyof Place, string>, place: Place) => string

const SENTENCES: Record<string, Sentence> = {
  EADDRINUSE: (names, { host, port }) =>
    `Port ${port} on ${host} is in use; set "${names.port}" to another, or stop what listens there`,
  EACCES: (names, { port }) => `Port ${port} may not be used by this user; set "${names.port}" above 1023`,
  EADDRNOTAVAIL: wrongHost,
  EAFNOSUPPORT: wrongHost,
  EAI_AGAIN: wrongHost,
  EINVAL: wrongHost,
  ENOTFOUND: wrongHost,
  ERR_INVALID_ARG_TYPE: wrongHost,
}

function wrongHost(names: Record<keyof Place, string>, { host }: Place): string {
  return `${host} is no address of this machine; set "${names.host}" to one`
}

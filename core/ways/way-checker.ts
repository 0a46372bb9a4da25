import type { Breakers } from '../call/breaker.ts'
import { type Fault, ruleOf } from '../fault.ts'
import { classifyAnswer } from '../faults/classify.ts'
import type { Key } from '../keys.ts'
import type { Redactor } from '../log/redactor.ts'
import { ProxyError } from '../transport.ts'
import type { Way } from './way.ts'

/** Finds out whether a way leads to Google. */
export interface WayChecker {
  /**
   * Asks Google for little by this way, which costs no quota, and keeps in the way's health what came of it.
   * Where Google answered, its breaker closes. Never rejects.
   */
  check(way: Way): Promise<void>
  /** Checks each of them, some at a time. */
  checkAll(ways: readonly Way[]): Promise<void>
}

export interface WayCheckerOptions {
  readonly baseUrl: string
  /** What is asked for behind it. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly exitAddressUrl: string | undefined
  readonly breakers: Pick<Breakers, 'succeeded'>
  readonly redactor: Redactor
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** A key that goes this way anyway; undefined where none is known. */
  keyFor(way: Way): Key | undefined
  authorize(headers: Record<string, string>, key: Key): void
}

/** Checks at a time. */
const LANES = 8
const PATIENCE = 20_000
const TEXT_LIMIT = 500
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[\da-f]{0,4}:){2,7}[\da-f]{0,4}\b/i

/** A checker by a GET of the service's. */
export function createWayChecker(options: WayCheckerOptions): WayChecker {
  const base = options.baseUrl.replace(/\/+$/, '')

  return {
    check,
    async checkAll(ways) {
      const left = [...ways]
      const lane = async () => {
        for (let way = left.shift(); way; way = left.shift()) await check(way)
      }
      await Promise.all(Array.from({ length: LANES }, lane))
    },
  }

  async function check(way: Way): Promise<void> {
    const { health } = way
    const begun = performance.now()
    const fault = await ask(way)
    const at = options.now()
    health.checkedAt = at
    health.verdict = fault ? 'failed' : 'good'
    health.latencyMilliseconds = fault ? undefined : Math.round(performance.now() - begun)
    if (fault) {
      health.lastError = { at, kind: fault.kind, text: fault.text.slice(0, TEXT_LIMIT) }
      return
    }
    options.breakers.succeeded(way.scope)
    const { exitAddressUrl } = options
    if (exitAddressUrl !== undefined) health.exitAddress = await askExitAddress(way, exitAddressUrl)
  }

  /** What the way did wrong; undefined where Google answered, whatever it said. */
  async function ask(way: Way): Promise<Fault | undefined> {
    const headers: Record<string, string> = { ...options.headers, 'accept-encoding': 'identity' }
    const key = options.keyFor(way)
    // Without a key Google refuses, which is an answer too; but only with one it speaks of the place.
    if (key) options.authorize(headers, key)
    try {
      const response = await get(way, base + options.path, headers)
      if (response.status < 400) return undefined
      const text = options.redactor.text(await response.text())
      const contentType = response.headers.get('content-type') ?? ''
      const fault = classifyAnswer({ status: response.status, contentType, text })
      return ruleOf(fault).charge === 'way-out' ? fault : undefined
    } catch (thrown) {
      return toFault(thrown, options.redactor)
    }
  }
}

async function get(way: Way, url: string, headers: Record<string, string>): Promise<Response> {
  const signal = AbortSignal.timeout(PATIENCE)
  const response = await way.transport.fetch(url, { method: 'GET', headers, signal })
  return new Response(await response.arrayBuffer(), response)
}

async function askExitAddress(way: Way, url: string): Promise<string | undefined> {
  try {
    const response = await get(way, url, {})
    return ADDRESS.exec(await response.text())?.[0]
  } catch {
    return undefined
  }
}

function toFault(thrown: unknown, redactor: Redactor): Fault {
  const text = redactor.text(thrown instanceof Error ? thrown.message : String(thrown))
  const kind = thrown instanceof ProxyError ? 'proxy_failed' : 'connection_failed'
  return { kind, status: 0, reason: text, text }
}

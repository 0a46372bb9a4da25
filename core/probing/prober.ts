import type { Fault } from '../fault.ts'
import type { Key } from '../keys.ts'

/** What a free probe said of a key; `unknown` when no clear answer came. */
export type Verdict = 'good' | Fault | 'unknown'

/** Settles, in the background, whether keys in doubt are good. */
export interface Prober {
  /** Has the key probed; a key that is waiting for its probe, or in it, is not probed twice. Never throws. */
  check(key: Key): void
  /** Drops what waits; a probe under way resolves nothing any more. */
  close(): void
}

export interface ProberOptions {
  /** One free probe. A rejection counts as `unknown`. */
  ask(key: Key): Promise<Verdict>
  /** Told once for every probed key; `unknown` after the last try. Whether to ask again, and when, is up to it. */
  resolve(key: Key, verdict: Verdict): void
  wait(milliseconds: number): Promise<void>
  /** From 0 up to 1. */
  random(): number
  /** Probes at one time. */
  readonly concurrency?: number
}

/** Pauses before a second and a third try, where the one before gave no clear answer. */
const PAUSES = [1000, 4000]

/** A prober with nothing to do. */
export function createProber({ ask, resolve, wait, random, concurrency = 4 }: ProberOptions): Prober {
  const waiting = new Map<string, Key>()
  const probing = new Set<string>()
  let closed = false

  async function settle(key: Key): Promise<Verdict> {
    let verdict = await askSafely(key)
    for (const pause of PAUSES) {
      if (verdict !== 'unknown' || closed) break
      await wait(pause * (0.5 + random()))
      verdict = closed ? 'unknown' : await askSafely(key)
    }
    return verdict
  }

  async function askSafely(key: Key): Promise<Verdict> {
    try {
      return await ask(key)
    } catch {
      return 'unknown'
    }
  }

  async function probe(key: Key): Promise<void> {
    const verdict = await settle(key).catch(() => 'unknown' as const)
    // Before it is told: whoever is told may have the key probed anew.
    probing.delete(key.id)
    try {
      if (!closed) resolve(key, verdict)
    } catch {
      // Whoever resolves has its own log.
    }
    startMore()
  }

  function startMore(): void {
    for (const [id, key] of waiting) {
      if (probing.size >= concurrency) return
      waiting.delete(id)
      probing.add(id)
      void probe(key)
    }
  }

  return {
    check(key) {
      if (closed || probing.has(key.id)) return
      waiting.set(key.id, key)
      startMore()
    },
    close() {
      closed = true
      waiting.clear()
    },
  }
}

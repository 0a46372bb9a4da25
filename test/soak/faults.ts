import type { Behaviour, SimulatedGoogle } from '../../adapters/simulated-google/index.ts'

/** What strikes now and then: refusals that move a call on, failures before and amid content, ends without content. */
const FAULTS: readonly Behaviour[] = [
  { kind: 'perMinute429', retrySeconds: 2 },
  { kind: 'bare429' },
  { kind: 'overloaded503' },
  { kind: 'internal500' },
  { kind: 'html502' },
  { kind: 'reset' },
  { kind: 'reset', after: 'thoughts' },
  { kind: 'reset', after: 'content' },
  { kind: 'cut', after: 'content' },
  { kind: 'streamError', after: 'content' },
  { kind: 'empty' },
  { kind: 'malformedFunctionCall' },
  { kind: 'notJson' },
  { kind: 'think', milliseconds: 300, thoughts: 3 },
]

const EVERY_MILLISECONDS = 500

/** Lets every answer take its time, and orders a fault for some key twice a second. Returns what ends that. */
export function scriptFaults(google: SimulatedGoogle, keys: readonly string[]): () => void {
  google.script('*', { kind: 'slow', headersMilliseconds: 15, chunkMilliseconds: 40, times: 'forever' })
  let turn = 0
  const timer = setInterval(() => {
    const fault = FAULTS[turn++ % FAULTS.length]!
    const key = keys[Math.floor(Math.random() * keys.length)]!
    google.script(key, fault)
  }, EVERY_MILLISECONDS)
  return () => clearInterval(timer)
}

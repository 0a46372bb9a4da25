import { QUESTION } from '../e2e/scene.ts'

/** One kind of call in the mixture. */
export interface Kind {
  readonly name: string
  readonly path: string
  readonly body: unknown
  /** What the end of a good answer holds. */
  readonly ends: RegExp
}

const MODEL = 'gemini-3.8-flash'
const openai = (stream: boolean) => ({
  model: MODEL,
  messages: [{ role: 'user', content: 'Say hello' }],
  stream,
})

export const NATIVE_KINDS: readonly Kind[] = [
  { name: 'whole', path: `/v1beta/models/${MODEL}:generateContent`, body: QUESTION, ends: /STOP/ },
  {
    name: 'events',
    path: `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`,
    body: QUESTION,
    ends: /"finishReason": ?"STOP"[^\n]*\s*$/,
  },
  {
    name: 'array',
    path: `/v1beta/models/${MODEL}:streamGenerateContent`,
    body: QUESTION,
    ends: /"STOP"[\s\S]*\]\s*$/,
  },
]

export const OPENAI_KINDS: readonly Kind[] = [
  { name: 'OpenAI whole', path: '/v1/chat/completions', body: openai(false), ends: /"stop"/ },
  { name: 'OpenAI events', path: '/v1/chat/completions', body: openai(true), ends: /\[DONE\]\s*$/ },
]

/** How many calls ended in which way, since the soak began. */
export interface Tally {
  calls: number
  hangUps: number
  /** By kind: a status, an answer that ended too early, a connection that broke. */
  readonly failures: Map<string, number>
}

const HANG_UPS = 0.3
/** A whole answer takes about this long, a stream three times as long; milliseconds. */
const LONGEST_STAY = 40

/** Makes one call and counts what came of it; never rejects. */
export async function callOnce(url: string, token: string, kind: Kind, tally: Tally): Promise<void> {
  const leaving = new AbortController()
  const leaves = Math.random() < HANG_UPS
  const timer = leaves ? setTimeout(() => leaving.abort(), Math.random() * LONGEST_STAY) : undefined
  const failure = await outcomeOf(url, token, kind, leaving.signal)
  clearTimeout(timer)
  tally.calls++
  if (leaving.signal.aborted) tally.hangUps++
  else if (failure) tally.failures.set(failure, (tally.failures.get(failure) ?? 0) + 1)
}

async function outcomeOf(
  url: string,
  token: string,
  { name, path, body, ends }: Kind,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      signal,
      keepalive: false, // each call is a client of its own
    })
    const text = await response.text()
    if (response.status !== 200) return `${name}: ${response.status}`
    return ends.test(text) ? undefined : `${name}: not whole`
  } catch {
    return `${name}: broken`
  }
}

/** Where calls go, and with which credential. */
export interface BenchTarget {
  readonly url: string
  readonly credential: string
}

/** Times in milliseconds. */
export interface AddedLatency {
  readonly median: number
  readonly p99: number
}

/** The two kinds of call that are made, by the method that they call. */
export type BenchMethod = 'generateContent' | 'streamGenerateContent?alt=sse'

/** Calls a second, over so many connections at once. Rejects where a call fails. */
export async function countCalls(
  target: BenchTarget,
  method: BenchMethod,
  connections: number,
  seconds: number,
): Promise<number> {
  const begun = performance.now()
  const end = begun + seconds * 1000
  let calls = 0
  const callOnAndOn = async () => {
    for (; performance.now() < end; calls++) await call(target, method)
  }
  await Promise.all(Array.from({ length: connections }, callOnAndOn))
  return calls / ((performance.now() - begun) / 1000)
}

/** What a call through the gateway takes longer than the same call without it, one pair after the other. */
export async function addedLatency(
  gateway: BenchTarget,
  google: BenchTarget,
  method: BenchMethod,
  seconds: number,
): Promise<AddedLatency> {
  const added: number[] = []
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const direct = await timeOf(google, method)
    added.push((await timeOf(gateway, method)) - direct)
  }
  added.sort((one, other) => one - other)
  const at = (share: number) => added[Math.floor(added.length * share)] ?? 0
  return { median: at(0.5), p99: at(0.99) }
}

async function timeOf(target: BenchTarget, method: BenchMethod): Promise<number> {
  const begun = performance.now()
  await call(target, method)
  return performance.now() - begun
}

const BODY = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Say hello' }] }] })

async function call({ url, credential }: BenchTarget, method: BenchMethod): Promise<void> {
  const response = await fetch(`${url}/v1beta/models/gemini-3.8-flash:${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-goog-api-key': credential },
    body: BODY,
  })
  const text = await response.text()
  if (response.status !== 200)
    throw new Error(`A call was answered ${response.status}: ${text.slice(0, 200)}`)
}

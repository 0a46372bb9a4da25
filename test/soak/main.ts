import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SimulatedGoogle, startSimulatedGoogle } from '../../adapters/simulated-google/index.ts'
import type { Child } from '../bench/child.ts'
import { KEYS, startGeminate, TOKENS } from '../bench/geminate.ts'
import { residentMegabytes } from '../bench/process-figures.ts'
import { callOnce, type Kind, NATIVE_KINDS, OPENAI_KINDS, type Tally } from './callers.ts'
import { scriptFaults } from './faults.ts'
import { openSockets } from './open-sockets.ts'
import { flawsOf, type Sample } from './verdict.ts'

const MINUTES = Number(process.env.SOAK_MINUTES ?? 60)
const CALLS_A_SECOND = Number(process.env.SOAK_RATE ?? 200)
const BEAT_MILLISECONDS = 50
const SAMPLE_SECONDS = Math.min(30, MINUTES * 6)
const SETTLE_SECONDS = 15

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const say = (line: string) => void process.stdout.write(`${line}\n`)

const folder = await mkdtemp(join(tmpdir(), 'geminate-soak-'))
const google = await startSimulatedGoogle({ anyKey: true })
const gateway = await startGeminate(folder, google.url)
process.on('SIGINT', () => void close().finally(() => process.exit(130)))
try {
  const flaws = await soak(google, gateway)
  for (const flaw of flaws) say(flaw)
  say(flaws.length === 0 ? 'Good: memory is flat, and no socket was left open.' : 'Not good.')
  process.exitCode = flaws.length === 0 ? 0 : 1
} finally {
  await close()
}

async function soak(google: SimulatedGoogle, gateway: Child): Promise<string[]> {
  const socketsBefore = openSockets(gateway.pid)
  const kinds = await servedKinds(gateway)
  const tally: Tally = { calls: 0, hangUps: 0, failures: new Map() }
  const samples: Sample[] = []
  const stopFaults = scriptFaults(google, KEYS)
  const begun = performance.now()
  const elapsed = () => (performance.now() - begun) / 1000
  const sampling = setInterval(() => {
    samples.push(toSample(gateway, tally, elapsed()))
    say(lineOf(samples.at(-1)!, tally))
  }, SAMPLE_SECONDS * 1000)

  say(`${CALLS_A_SECOND} calls a second for ${MINUTES} minutes: ${kinds.map(({ name }) => name).join(', ')}`)
  await callSteadily(gateway, kinds, tally, () => elapsed() < MINUTES * 60)
  clearInterval(sampling)
  stopFaults()
  await google.stop() // its end closes what the gateway keeps for later calls
  const socketsAfter = await settledSockets(gateway, socketsBefore)
  const failures = [...tally.failures.values()].reduce((sum, count) => sum + count, 0)
  return flawsOf({ samples, socketsBefore, socketsAfter, calls: tally.calls, failures })
}

async function servedKinds({ url }: Child): Promise<readonly Kind[]> {
  const answer = await fetch(`${url}${OPENAI_KINDS[0]!.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKENS[0]}` },
    body: JSON.stringify(OPENAI_KINDS[0]!.body),
    keepalive: false,
  })
  await answer.bytes()
  return answer.status === 404 ? NATIVE_KINDS : [...NATIVE_KINDS, ...OPENAI_KINDS]
}

/** So many calls in each beat, however long they take. */
async function callSteadily({ url }: Child, kinds: readonly Kind[], tally: Tally, goesOn: () => boolean) {
  const running = new Set<Promise<void>>()
  for (let turn = 0; goesOn(); await pause(BEAT_MILLISECONDS)) {
    for (let call = 0; call < (CALLS_A_SECOND * BEAT_MILLISECONDS) / 1000; call++, turn++) {
      const token = TOKENS[turn % TOKENS.length]!
      const calling = callOnce(url, token, kinds[turn % kinds.length]!, tally)
      running.add(calling)
      void calling.then(() => running.delete(calling))
    }
  }
  await Promise.all(running)
}

async function settledSockets({ pid }: Child, before: number): Promise<number> {
  for (let second = 0; second < SETTLE_SECONDS && openSockets(pid) > before; second++) await pause(1_000)
  return openSockets(pid)
}

function toSample({ pid }: Child, { calls }: Tally, seconds: number): Sample {
  return { seconds, megabytes: residentMegabytes(pid), sockets: openSockets(pid), calls }
}

function lineOf({ seconds, megabytes, sockets, calls }: Sample, { hangUps, failures }: Tally): string {
  const kinds = [...failures].map(([kind, count]) => `${kind} ${count}`).join(', ')
  const figures = `${megabytes.toFixed(0).padStart(4)} MB  ${String(sockets).padStart(4)} sockets  ${calls} calls`
  return `${seconds.toFixed(0).padStart(5)} s  ${figures}  ${hangUps} hang-ups  failures: ${kinds || 'none'}`
}

async function close(): Promise<void> {
  await gateway.stop()
  await google.stop()
  await rm(folder, { recursive: true, force: true })
}

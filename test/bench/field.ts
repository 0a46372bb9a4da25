import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Child, startTalking } from './child.ts'
import type { Entrant } from './contest.ts'
import { post } from './first-event.ts'
import { startBareGeminate, startGeminate } from './geminate.ts'
import { startPlainProxy, startUpstream } from './nginx.ts'
import { NATIVE_SHAPES, OPENAI_SHAPES, type Shape } from './shapes.ts'

/** The program that all others are compared with. */
export const YARDSTICK = 'bare relay'

/** The upstream itself: what a program adds is what it takes longer than this. */
export const DIRECT = 'no proxy'

/** Everything that runs: the upstream, and the programs in front of it. */
export interface Field {
  readonly folder: string
  readonly upstreamUrl: string
  readonly geminate: Child
  readonly entrants: readonly Entrant[]
  /** Sentences about what cannot be measured. */
  readonly skipped: readonly string[]
  close(): Promise<void>
}

const BARE_RELAY = fileURLToPath(new URL('bare-relay.ts', import.meta.url))

/** Starts everything in a new folder. */
export async function openField(): Promise<Field> {
  const folder = await mkdtemp(join(tmpdir(), 'geminate-bench-'))
  const children: Child[] = []
  const keep = async (starting: Promise<Child>) => {
    const child = await starting
    children.push(child)
    return child
  }
  const close = async () => {
    await Promise.all(children.map((child) => child.stop()))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const upstream = await keep(startUpstream(folder))
    const proxy = await keep(startPlainProxy(folder, upstream.url))
    const relay = await keep(startTalking([process.execPath, BARE_RELAY, upstream.url], folder))
    const geminate = await keep(startGeminate(join(folder, 'geminate'), upstream.url))
    const bare = await keep(startBareGeminate(join(folder, 'bare'), upstream.url))
    const speaksOpenAi = (await post(geminate.url, OPENAI_SHAPES[0]!)).status !== 404
    const asGeminate = (shape: Shape) => [
      { name: 'Geminate', child: geminate, shape },
      { name: 'bare Geminate', child: bare, shape },
    ]
    const natives = NATIVE_SHAPES.flatMap((shape) => [
      { name: DIRECT, child: upstream, shape },
      { name: 'nginx', child: proxy, shape },
      { name: YARDSTICK, child: relay, shape },
      ...asGeminate(shape),
    ])
    const others = OPENAI_SHAPES.flatMap(asGeminate)
    return {
      folder,
      upstreamUrl: upstream.url,
      geminate,
      entrants: speaksOpenAi ? [...natives, ...others] : natives,
      skipped: speaksOpenAi ? [] : ['OpenAI calls are not measured: this gateway does not serve them (404).'],
      close,
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

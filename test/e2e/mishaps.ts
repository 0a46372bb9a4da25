import { after, before, beforeEach } from 'node:test'
import type { Behaviour } from '../../adapters/simulated-google/index.ts'
import { fakeKeys, openScene, type Scene } from './scene.ts'

/** A scene of its own for a group of tests, with nothing left over from the test before. */
export function sceneWith(settings: Record<string, unknown>, keys = 40): () => Scene {
  let scene: Scene | undefined
  before(async () => {
    scene = await openScene(fakeKeys(keys), settings)
  })
  after(() => scene?.close())
  beforeEach(() => scene?.google.reset())
  return () => scene as Scene
}

/** Runs one test in a scene of its own. */
export async function inScene(count: number, run: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await openScene(fakeKeys(count))
  try {
    await run(scene)
  } finally {
    await scene.close()
  }
}

/** What may happen to an attempt before any content of its answer; another key is to take over. */
export const BEFORE_CONTENT: readonly Behaviour[] = [
  { kind: 'overloaded503' },
  { kind: 'internal500' },
  { kind: 'deadline504' },
  { kind: 'perMinute429', retrySeconds: 1 },
  { kind: 'perDay429' },
  { kind: 'bare429' },
  { kind: 'keyInvalid' },
  { kind: 'keyLeaked' },
  { kind: 'html502' },
  { kind: 'notJson' },
  { kind: 'raw', headers: { 'content-type': 'text/html' }, body: '<html>\n\n<title>Welcome</title>' },
  { kind: 'reset' },
  { kind: 'reset', after: 'headers' },
  { kind: 'reset', after: 'thoughts' },
  { kind: 'cut', after: 'headers' },
  { kind: 'cut', after: 'thoughts' },
  { kind: 'streamError', after: 'headers' },
  { kind: 'streamError', after: 'thoughts', error: 'perMinute429' },
  { kind: 'empty' },
  { kind: 'thoughtsOnly' },
  { kind: 'malformedFunctionCall' },
  { kind: 'hang' },
  { kind: 'hangAfterHeaders' },
]

/** What becomes of an attempt: three in ten fail, each in its own way. */
export function mishapOf(chance: number): Behaviour {
  if (chance < 0.08) return { kind: 'overloaded503' }
  if (chance < 0.14) return { kind: 'reset' }
  if (chance < 0.19) return { kind: 'internal500' }
  if (chance < 0.23) return { kind: 'streamError', after: 'headers' }
  if (chance < 0.27) return { kind: 'perMinute429', retrySeconds: 0.2, retryDelay: '0.2s' }
  if (chance < 0.3) return { kind: 'empty' }
  return { kind: 'ok' }
}

/** An error of Google's in a stream after content, and after so much more that the content is surely read. */
export const errorAfterContent = (error: object): Behaviour => ({
  kind: 'chunks',
  chunks: [says('Hello! You'), says('.'.repeat(1_000_000)), { error }],
})

const says = (text: string) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0 }],
})

import assert from 'node:assert/strict'
import { type AnyAnswer, type AnyForm, type AnyProtocol, type AnyQuestion, askAnyhow } from './any-client.ts'
import type { Scene } from './scene.ts'

/** One thing that a plugin can do, and how that is seen. */
export interface Capability {
  readonly plugin: 'thinking' | 'model-aliases' | 'search' | 'fake-stream'
  /** A sentence of the table in docs/capabilities.md. */
  readonly title: string
  /** `links` is a gateway whose search writes links. */
  readonly scene?: 'links'
  /** Throws where the capability is not there. */
  check(cell: Cell): Promise<void>
  /** Why a cell is empty; every other cell is checked. */
  readonly not?: Partial<Record<AnyProtocol | AnyForm, string>>
}

/** One cell of the matrix, with what a check needs. */
export interface Cell {
  readonly scene: Scene
  readonly protocol: AnyProtocol
  readonly form: AnyForm
  ask(question: AnyQuestion): Promise<AnyAnswer>
  /** The body of the last generation that reached Google, and the address. */
  sent(): { readonly path: string; readonly body: Sent }
}

/** Of a generation, what the checks look at. */
export interface Sent {
  readonly tools?: readonly Record<string, unknown>[]
  readonly generationConfig?: { readonly thinkingConfig?: Record<string, unknown> }
}

/** The check of one cell. */
export async function checkCell(
  capability: Capability,
  scene: Scene,
  protocol: AnyProtocol,
  form: AnyForm,
): Promise<void> {
  scene.google.reset()
  await capability.check({
    scene,
    protocol,
    form,
    ask: (question) => askAnyhow(scene, protocol, form, question),
    sent() {
      const call = scene.google.calls
        .filter(({ operation }) => /generateContent/i.test(operation ?? ''))
        .at(-1)
      assert.ok(call, 'no generation reached Google')
      return { path: call.path, body: JSON.parse(call.body.toString()) as Sent }
    },
  })
}

/** Why a cell is empty, or undefined where it is checked. */
export function reasonOf({ not }: Capability, protocol: AnyProtocol, form: AnyForm): string | undefined {
  return not?.[protocol] ?? not?.[form]
}

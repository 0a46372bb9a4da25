import {
  type SimulatedGoogle,
  type SimulatedGoogleOptions,
  startSimulatedGoogle,
} from '../../adapters/simulated-google/index.ts'
import { type GatewayFiles, type GatewayProcess, startGatewayProcess } from './gateway-process.ts'

/** A gateway and the simulated Google behind it. */
export interface Scene {
  readonly google: SimulatedGoogle
  readonly gateway: GatewayProcess
  /** A native call with the client's token. */
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>
  /** What the admin sees of the keys. */
  keys(): Promise<KeyItem[]>
  close(): Promise<void>
}

export interface KeyItem {
  readonly id: string
  readonly name: string
  readonly project: string
  readonly masked: string
  readonly upstream: string
  readonly state: string
  readonly reason: string
  readonly rests: readonly { model: string; until: number; state: string; reason: string }[]
}

export const MODEL = 'gemini-3.8-flash'
export const QUESTION = { contents: [{ role: 'user', parts: [{ text: 'Say hello' }] }] }

/** What a scene may have beside its settings. */
export interface SceneOptions {
  /** More about the simulated Google. */
  readonly google?: SimulatedGoogleOptions
  /** Files beside the config, such as plugins. */
  readonly files?: GatewayFiles
}

/** For scenes whose requests are odder than Google's own document knows. */
export const LENIENT: SceneOptions = { google: { dataFolder: undefined } }

/**
 * Starts both; `keys` are the gateway's, all of them good at Google unless a script says otherwise. They are
 * used in turn, so that a test knows when each is met, unless the settings state a strategy.
 */
export async function openScene(
  keys: readonly string[],
  settings: Record<string, unknown> = {},
  { google: googleOptions, files }: SceneOptions = {},
): Promise<Scene> {
  const dataFolder = process.env.GEMINATE_GOOGLE_DATA
  const google = await startSimulatedGoogle({ keys: [...keys], dataFolder, ...googleOptions })
  const {
    upstream = {},
    routing,
    ...rest
  } = settings as {
    upstream?: { gemini?: object; vertex?: object }
    routing?: object
  }
  const gateway = await startGatewayProcess(
    {
      keys: keys.map((key, index) => ({ key, name: `key-${index + 1}` })),
      routing: { strategy: 'round-robin', ...routing },
      upstream: {
        ...upstream,
        gemini: { baseUrl: google.url, ...upstream.gemini },
        vertex: { baseUrl: google.url, ...upstream.vertex },
      },
      ...rest,
    },
    files,
  ).catch(async (thrown) => {
    await google.stop()
    throw thrown
  })
  return {
    google,
    gateway,
    post(path, body, init = {}) {
      return fetch(gateway.url + path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
        headers: {
          'content-type': 'application/json',
          'x-goog-api-key': gateway.clientToken,
          ...init.headers,
        },
      })
    },
    async keys() {
      const response = await fetch(`${gateway.url}/admin/api/keys?limit=1000`, {
        headers: { authorization: `Bearer ${gateway.adminToken}` },
      })
      const { items } = (await response.json()) as { items: KeyItem[] }
      return items
    },
    async close() {
      await gateway.remove()
      await google.stop()
    },
  }
}

/** Secrets that look like real ones, and are none. */
export function fakeKeys(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? `AIzaSyFAKE${String(index).padStart(4, '0')}abcdefghijklmnopqrstuvwx`
      : `AQ.Ab8FAKE${String(index).padStart(4, '0')}_abcdefghijklmnopqrstuvwxyz-0123456789.x`,
  )
}

/** How a native client may ask: for a whole answer, two framings of a stream, or a count. */
export type Form = 'whole' | 'sse' | 'array' | 'countTokens'

const METHODS: Readonly<Record<Form, string>> = {
  whole: 'generateContent',
  sse: 'streamGenerateContent?alt=sse',
  array: 'streamGenerateContent',
  countTokens: 'countTokens',
}

export function pathOf(form: Form, model = MODEL): string {
  return `/v1beta/models/${model}:${METHODS[form]}`
}

/** What came back, read to its end. */
export interface NativeAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** `x-geminate-attempts` */
  readonly attempts: number
  /** The JSON of the answer: one object, or those of all events or elements. */
  readonly messages: readonly NativeMessage[]
  /** The model's words without its thoughts. */
  readonly said: string
  /** The error of the last message. */
  readonly error: NativeMessage['error']
}

export interface NativeMessage {
  readonly candidates?: readonly {
    readonly content?: { readonly parts?: readonly { readonly text?: string; readonly thought?: boolean }[] }
    readonly finishReason?: string
  }[]
  readonly promptFeedback?: { readonly blockReason?: string }
  readonly totalTokens?: number
  readonly error?: {
    readonly code: number
    readonly message: string
    readonly status: string
    readonly details?: readonly Record<string, unknown>[]
  }
}

/** What the simulated Google says to `QUESTION`. */
export const GOOD_ANSWER = 'Hello! You said: Say hello'

/** Asks, and reads the answer to its end; throws where it is not the JSON that its form promises. */
export async function ask(
  scene: Scene,
  form: Form,
  body: unknown = QUESTION,
  init?: RequestInit,
): Promise<NativeAnswer> {
  return readAnswer(await scene.post(pathOf(form), body, init))
}

export async function readAnswer(response: Response): Promise<NativeAnswer> {
  const { status, headers } = response
  const text = await response.text()
  const isEvents = headers.get('content-type')?.startsWith('text/event-stream') ?? false
  const messages = isEvents ? eventsIn(text) : ([JSON.parse(text)].flat() as NativeMessage[])
  return {
    status,
    headers,
    text,
    attempts: Number(headers.get('x-geminate-attempts')),
    messages,
    said: wordsOf(messages),
    error: messages.at(-1)?.error,
  }
}

function eventsIn(text: string): NativeMessage[] {
  const events = text.split(/\r\n\r\n|\n\n/).map((event) => event.trim())
  return events.filter((event) => event !== '').map((event) => JSON.parse(event.replace(/^data: /, '')))
}

function wordsOf(messages: readonly NativeMessage[]): string {
  const parts = messages.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? [])
  return parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join('')
}

/** Looks again and again until `holds`, for what another process does in its own time; throws after 5 s. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const begun = performance.now()
  while (!(await holds())) {
    if (performance.now() - begun > 5_000) throw new Error(`It never came to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

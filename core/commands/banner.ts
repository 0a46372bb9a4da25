import type { MadeToken } from '../http/clients.ts'
import type { UpstreamName } from '../keys.ts'
import { VERSION } from '../version.ts'
import type { Demo } from './demo.ts'

/** What is to be told of a gateway that has started. */
export interface Started {
  readonly url: string
  /** The address that clients know, where the settings state one. */
  readonly publicUrl: string | undefined
  /** The address that it listens on, as the settings state it. */
  readonly host: string
  /** The config file, whether it is there or not. */
  readonly path: string
  /** How many there are for each service. */
  readonly keys: Readonly<Record<UpstreamName, number>>
  /** A client's token for the example, where its text is known. */
  readonly token: string | undefined
  readonly demo: Pick<Demo, 'tokens' | 'googleUrl'> | undefined
}

/** What the operator reads when the gateway has started: where it is, what it has, what to try. */
export function toBanner(started: Started): string {
  const { demo, token = 'YOUR_TOKEN' } = started
  const lines = [
    `Geminate ${VERSION} listens on ${started.url}`,
    ...hostLines(started),
    ...publicLines(started),
    keysLine(started),
    '',
  ]
  const url = started.publicUrl?.replace(/\/+$/, '') ?? started.url
  if (demo) lines.push(...demoLines(url, demo))
  else lines.push('Try it:', ...curl(url + placeFor(started), token))
  return `${lines.join('\n')}\n`
}

/** Tokens that were made just now, for the only time they can be shown; '' for none. */
export function tokenLines(made: readonly MadeToken[]): string {
  return made.map(tokenLine).join('')
}

function tokenLine({ kind, name, token }: MadeToken): string {
  const whose = kind === 'admin' ? 'The admin token' : `The token of client "${name}"`
  return `${whose}, shown this once: ${token}\n`
}

function hostLines({ host }: Started): string[] {
  if (host !== '0.0.0.0' && host !== '::' && host !== '[::]') return []
  return ['It listens on all addresses of this machine, so that other machines can reach it.']
}

function publicLines({ publicUrl }: Started): string[] {
  return publicUrl === undefined ? [] : [`Its clients know it as ${publicUrl}`]
}

function keysLine({ keys, path, demo }: Started): string {
  const total = keys.gemini + keys.vertex
  const ofVertex = keys.vertex > 0 ? `, ${keys.vertex} of Vertex Express` : ''
  if (demo) return `It answers from a simulated Google with ${total} keys${ofVertex}; no call goes to Google.`
  if (total > 0) return `It has ${total} ${total === 1 ? 'key' : 'keys'}${ofVertex}.`
  return `It has no key yet: add some to "keys" in ${path}, or set GEMINATE_KEYS, and start it again.`
}

/** Where a call is answered by the keys that there are. */
function placeFor({ keys: { gemini, vertex } }: Started): string {
  return gemini === 0 && vertex > 0 ? '/vertex-express' : ''
}

const MODEL = 'gemini-3.8-flash'

function curl(url: string, token: string, method = 'generateContent', query = ''): string[] {
  return [
    `  curl -N '${url}/v1beta/models/${MODEL}:${method}${query}' \\`,
    `    -H 'x-goog-api-key: ${token}' -H 'content-type: application/json' \\`,
    `    -d '{"contents":[{"role":"user","parts":[{"text":"Why is the sky blue?"}]}]}'`,
  ]
}

function chatCurl(url: string, token: string): string[] {
  return [
    `  curl -N '${url}/v1/chat/completions' \\`,
    `    -H 'authorization: Bearer ${token}' -H 'content-type: application/json' \\`,
    `    -d '{"model":"${MODEL}","stream":true,"messages":[{"role":"user","content":"Why is the sky blue?"}]}'`,
  ]
}

function messageCurl(url: string, token: string): string[] {
  return [
    `  curl -N '${url}/v1/messages' \\`,
    `    -H 'x-api-key: ${token}' -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json' \\`,
    `    -d '{"model":"claude-sonnet-4-5","max_tokens":1000,"messages":[{"role":"user","content":"Why is the sky blue?"}]}'`,
  ]
}

function demoLines(url: string, { tokens, googleUrl }: NonNullable<Started['demo']>): string[] {
  return [
    `The simulated Google listens on ${googleUrl}; steer it under ${googleUrl}/_simulated/.`,
    '',
    `Client token: ${tokens.client}`,
    `Admin token:  ${tokens.admin}`,
    '',
    'Try a whole answer:',
    ...curl(url, tokens.client),
    '',
    'Try a stream:',
    ...curl(url, tokens.client, 'streamGenerateContent', '?alt=sse'),
    '',
    'Try it as an OpenAI client:',
    ...chatCurl(url, tokens.client),
    '',
    'Try it as an Anthropic client:',
    ...messageCurl(url, tokens.client),
    '',
    'Try the Google GenAI SDK:',
    `  import { GoogleGenAI } from '@google/genai'`,
    `  const ai = new GoogleGenAI({ apiKey: '${tokens.client}', httpOptions: { baseUrl: '${url}' } })`,
    `  const reply = await ai.models.generateContent({ model: '${MODEL}', contents: 'Why is the sky blue?' })`,
    '  console.log(reply.text)',
    '',
    'Look at the keys:',
    `  curl '${url}/admin/api/keys' -H 'authorization: Bearer ${tokens.admin}'`,
  ]
}

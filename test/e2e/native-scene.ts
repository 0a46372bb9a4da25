import { GoogleGenAI } from '@google/genai'
import { GoogleGenAI as OlderGenAI } from 'genai-1'
import { fakeKeys, openScene, type Scene, type SceneOptions } from './scene.ts'

/** Five projects, each with one key, and three clients. */
export const CLIENTS = ['one', 'two', 'three'] as const

export type ClientName = (typeof CLIENTS)[number]

/** The token of a client. */
export function tokenOf(client: ClientName): string {
  return `sk-test-client-of-files-${client}`
}

/** A gateway for three clients over keys of several projects. */
export function openNativeScene(
  settings: Record<string, unknown> = {},
  { keys = 5, ...options }: SceneOptions & { readonly keys?: number } = {},
): Promise<Scene> {
  const clients = CLIENTS.map((name) => ({ name, token: tokenOf(name) }))
  return openScene(fakeKeys(keys), { clients, ...settings }, options)
}

/** Google's SDK for a client, as it is today. */
export function sdkOf({ gateway }: Scene, client: ClientName, prefix = ''): GoogleGenAI {
  return new GoogleGenAI({ apiKey: tokenOf(client), httpOptions: { baseUrl: gateway.url + prefix } })
}

/** Google's SDK of the first line, which asks by v1beta and takes upload addresses as they are. */
export function olderSdkOf({ gateway }: Scene, client: ClientName): OlderGenAI {
  return new OlderGenAI({ apiKey: tokenOf(client), httpOptions: { baseUrl: gateway.url } })
}

/** A call of a client, by the path alone. */
export function send(
  { gateway }: Scene,
  client: ClientName,
  path: string,
  init: RequestInit & { readonly json?: unknown } = {},
): Promise<Response> {
  const { json, ...rest } = init
  return fetch(gateway.url + path, {
    ...rest,
    ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
    headers: { 'x-goog-api-key': tokenOf(client), 'content-type': 'application/json', ...init.headers },
  })
}

/** A request about a file. */
export function about(fileUri: string | undefined) {
  return { contents: [{ role: 'user', parts: [{ text: 'What is it?' }, { fileData: { fileUri } }] }] }
}

import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type ClientName, openNativeScene, sdkOf, send } from './native-scene.ts'
import { MODEL, type Scene, type SceneOptions } from './scene.ts'

/** A file that a client has, and the project that has it. */
export interface Uploaded {
  readonly name: string
  readonly uri: string
  readonly project: string
}

/** Two files of one client. */
export type Two = readonly [Uploaded, Uploaded]

export const GENERATE = `/v1beta/models/${MODEL}:generateContent`
export const STREAM = `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`

/** Three clients over two projects with one key each, and what they upload is kept. */
export function openKeptScene(
  files: Record<string, unknown> = {},
  options: SceneOptions & { readonly keys?: number } = {},
): Promise<Scene> {
  return openNativeScene({ files: { keepBytes: true, ...files } }, { keys: 2, ...options })
}

/** A file of some text. */
export function text(content: string): Blob {
  return new Blob([content], { type: 'text/plain' })
}

/** Uploads a file as Google's SDK does. */
export async function upload(
  scene: Scene,
  content: Blob,
  client: ClientName = 'one',
  displayName?: string,
): Promise<Uploaded> {
  const config = displayName === undefined ? {} : { displayName }
  const { name, uri } = await sdkOf(scene, client).files.upload({ file: content, config })
  return { name: name!, uri: uri!, project: scene.google.projectOf(scene.google.calls.at(-1)!.key!) }
}

/** Two files in two projects, the first of them smaller: keys are used in turn. */
export async function uploadTwo(scene: Scene, client: ClientName = 'one'): Promise<Two> {
  const first = await upload(scene, text('the first'), client)
  const second = await upload(scene, text('the second, which is longer'), client)
  assert.notEqual(first.project, second.project)
  return [first, second]
}

/** A request about some files. */
export function aboutAll(files: readonly Uploaded[]) {
  const parts = files.map(({ uri }) => ({ fileData: { fileUri: uri, mimeType: 'text/plain' } }))
  return { contents: [{ role: 'user', parts: [{ text: 'Compare' }, ...parts] }] }
}

/** Asks about files; the answer's status, and the error's message where it is one. */
export async function ask(scene: Scene, files: readonly Uploaded[], client: ClientName = 'one') {
  const response = await send(scene, client, GENERATE, { json: aboutAll(files) })
  const body = (await response.json()) as { error?: { message: string; status: string } }
  return { status: response.status, notes: response.headers.get('x-geminate-notes') ?? '', ...body }
}

/** How many files were brought to Google, by whomever. */
export function uploadsIn({ google }: Scene): number {
  return google.calls.filter(({ headers }) => /finalize/.test(headers['x-goog-upload-command'] ?? '')).length
}

/** The project of the last call. */
export function lastProject({ google }: Scene): string {
  return google.projectOf(google.calls.at(-1)!.key!)
}

/** The files in which bytes are kept. */
export function keptIn({ gateway }: Scene): Promise<string[]> {
  return readdir(folderOf(gateway))
}

/** The folder beside the database. */
export function folderOf({ folder }: Scene['gateway']): string {
  return join(folder, 'data', 'geminate.db-files')
}

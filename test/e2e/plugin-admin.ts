import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ADMIN_TOKEN } from './gateway-process.ts'
import type { Scene } from './scene.ts'

/** A plugin as the admin sees it. */
export interface PluginItem {
  readonly name: string
  readonly source: string
  readonly state: 'on' | 'failing' | 'left_out' | 'off'
  readonly options?: Record<string, unknown>
  readonly onFailure?: string
  readonly reason?: string
  readonly hooks?: Readonly<Record<string, { count: number; milliseconds: number; longest: number }>>
  readonly lastError?: { readonly hook: string; readonly message: string }
}

const ADMIN = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }

/** All plugins there are. */
export async function pluginsOf({ gateway }: Scene): Promise<readonly PluginItem[]> {
  const response = await fetch(`${gateway.url}/admin/api/plugins`, ADMIN)
  assert.equal(response.status, 200)
  return ((await response.json()) as { items: PluginItem[] }).items
}

/** The plugin of this name. */
export async function pluginOf(scene: Scene, name: string): Promise<PluginItem | undefined> {
  return (await pluginsOf(scene)).find((plugin) => plugin.name === name)
}

/** Has the settings read again. */
export async function reload({ gateway }: Scene): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${gateway.url}/admin/api/plugins/reload`, { method: 'POST', ...ADMIN })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** Writes the config anew with another part. */
export async function rewriteConfig({ gateway }: Scene, part: Record<string, unknown>): Promise<void> {
  const path = join(gateway.folder, 'geminate.yaml')
  const config = JSON.parse(await readFile(path, 'utf8')) as object
  await writeFile(path, JSON.stringify({ ...config, ...part }))
}

import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Behaviour } from '../../adapters/simulated-google/behaviours.ts'
import { fakeKeys, MODEL, openScene } from './scene.ts'

/**
 * Runs Codex in a network of its own against a gateway with a scripted Google, and prints what came of it as JSON.
 * Arguments: the `codex` program, a folder to work in, and the session as JSON.
 */
export interface CodexSession {
  /** What Codex is to believe of the model: nothing, or what it knows of one of OpenAI's. */
  readonly likeModel?: string
  readonly turns: readonly { readonly prompt: string; readonly google: readonly Behaviour[] }[]
}

/** What it prints. */
export interface CodexResult {
  readonly turns: readonly { readonly code: number | null; readonly events: readonly CodexEvent[] }[]
  /** The requests that reached Google. */
  readonly requests: readonly GoogleRequest[]
  /** Files of the folder that Codex worked in, by their names. */
  readonly note: string | undefined
  readonly log: string
}

/** A line that `codex exec --json` prints. */
export interface CodexEvent {
  readonly type: string
  readonly item?: { readonly type: string; readonly text?: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

interface GoogleRequest {
  readonly contents: readonly { readonly role: string; readonly parts: readonly Record<string, unknown>[] }[]
  readonly tools?: readonly Record<string, unknown>[]
  readonly [field: string]: unknown
}

const [, , codex = '', folder = '', text = '{}'] = process.argv
const session = JSON.parse(text) as CodexSession
const scene = await openScene(fakeKeys(2))
try {
  if (session.likeModel !== undefined) await writeCatalog(session.likeModel)
  await writeFile(join(folder, 'config.toml'), toConfig(scene.gateway.url))
  const turns = []
  for (const [index, { prompt, google }] of session.turns.entries()) {
    for (const behaviour of google) scene.google.script('*', behaviour, { method: 'streamGenerateContent' })
    turns.push(await runCodex(index === 0 ? ['exec'] : ['exec', 'resume', '--last'], prompt))
  }
  const result: CodexResult = {
    turns,
    requests: scene.google.calls
      .filter(({ operation }) => operation === 'streamGenerateContent')
      .map(({ body }) => JSON.parse(body.toString())),
    note: await readFile(join(folder, 'note.txt'), 'utf8').catch(() => undefined),
    log: scene.gateway.output(),
  }
  process.stdout.write(JSON.stringify(result))
} finally {
  await scene.close()
}

function toConfig(url: string): string {
  const catalog =
    session.likeModel === undefined ? '' : `model_catalog_json = "${join(folder, 'catalog.json')}"`
  return `model = "${MODEL}"
model_provider = "geminate"
${catalog}
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.geminate]
name = "Geminate"
base_url = "${url}/v1"
env_key = "GEMINATE_TOKEN"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`
}

/** What Codex knows of a model of OpenAI's, under our model's name. */
async function writeCatalog(name: string): Promise<void> {
  const { models } = JSON.parse(await run(['debug', 'models']).then(({ stdout }) => stdout)) as {
    models: { slug: string }[]
  }
  const found = models.find(({ slug }) => slug === name)
  if (!found) throw new Error(`This Codex knows no model ${name}: ${models.map(({ slug }) => slug)}`)
  await writeFile(join(folder, 'catalog.json'), JSON.stringify({ models: [{ ...found, slug: MODEL }] }))
}

async function runCodex(command: readonly string[], prompt: string) {
  const flags = ['--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox']
  const { code, stdout } = await run([...command, ...flags, prompt])
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  return { code, events: lines.map((line) => JSON.parse(line) as CodexEvent) }
}

async function run(args: readonly string[]): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(codex, args, {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      CODEX_HOME: folder,
      GEMINATE_TOKEN: scene.gateway.clientToken,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes) => {
    stdout += bytes
  })
  child.stderr.on('data', (bytes) => {
    stderr += bytes
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) process.stderr.write(stderr)
  return { code, stdout }
}

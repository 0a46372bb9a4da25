import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Behaviour } from '../../adapters/simulated-google/behaviours.ts'
import { openRecordingFront, type PassedRequest } from './recording-front.ts'
import { fakeKeys, openScene, type Scene } from './scene.ts'

/** What an agent is asked, one turn after the other, in one conversation. */
export interface AgentSession {
  readonly turns: readonly {
    readonly prompt: string
    /** What Google answers to `streamGenerateContent`; `FOLDER` in a text is where the agent works. */
    readonly google: readonly Behaviour[]
    /** What Google answers to `generateContent`. */
    readonly whole?: readonly Behaviour[]
  }[]
  /** Of the gateway. */
  readonly settings?: Record<string, unknown>
  /** Of the agent, on top of its usual one. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What came of it; a session prints it as JSON. */
export interface AgentResult {
  readonly turns: readonly AgentEnd[]
  /** What the agent asked of the gateway. */
  readonly passed: readonly PassedRequest[]
  /** What reached Google. */
  readonly calls: readonly { readonly operation: string; readonly model: string | undefined }[]
  /** The bodies of those that streamed. */
  readonly requests: readonly GoogleRequest[]
  /** What the agent left in `note.txt`. */
  readonly note: string | undefined
  /** Of the gateway. */
  readonly log: string
}

/** How one run of the agent ended. */
export interface AgentEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A generation as it reached Google. */
export interface GoogleRequest {
  readonly contents: readonly { readonly role: string; readonly parts: readonly Record<string, unknown>[] }[]
  readonly tools?: readonly Record<string, unknown>[]
  readonly [field: string]: unknown
}

/** Where an agent runs. */
export interface AgentPlace {
  /** The gateway's address, as the agent is told. */
  readonly url: string
  readonly token: string
  /** Its home, and where it works. */
  readonly folder: string
}

/** How an agent is pointed at a gateway, and asked. */
export interface AgentSetUp {
  /** Texts of files below its folder. */
  files?(place: AgentPlace): Readonly<Record<string, string>>
  environment(place: AgentPlace): Readonly<Record<string, string>>
  /** The program's arguments for a turn. */
  argumentsOf(prompt: string, turn: number): readonly string[]
}

/**
 * Runs an agent against a gateway with a scripted Google, and prints an `AgentResult`. Takes from the command line
 * the agent's program, a folder to work in, and an `AgentSession` as JSON.
 */
export async function runAgentSession(setUp: AgentSetUp): Promise<void> {
  const [, , program = '', folder = '', text = '{}'] = process.argv
  const session = JSON.parse(text, inFolder(folder)) as AgentSession
  const scene = await openScene(fakeKeys(2), session.settings)
  const front = await openRecordingFront(scene.gateway.url)
  try {
    const place: AgentPlace = { url: front.url, token: scene.gateway.clientToken, folder }
    await writeFiles(folder, setUp.files?.(place) ?? {})
    const turns: AgentEnd[] = []
    for (const [index, turn] of session.turns.entries()) {
      script(scene, turn)
      const args = setUp.argumentsOf(turn.prompt, index)
      const environment = { ...setUp.environment(place), ...session.environment }
      turns.push(await runAgent(program, args, place, environment))
    }
    process.stdout.write(JSON.stringify(await toResult(scene, folder, { turns, passed: front.passed })))
  } finally {
    await front.close()
    await scene.close()
  }
}

function inFolder(folder: string) {
  return (_: string, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('FOLDER', folder) : value
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

function script({ google }: Scene, { google: streamed, whole = [] }: AgentSession['turns'][number]): void {
  for (const each of streamed) google.script('*', each, { method: 'streamGenerateContent' })
  for (const each of whole) google.script('*', each, { method: 'generateContent' })
}

/** Runs an agent's program to its end, with nothing of this process's environment but where programs are. */
export async function runAgent(
  program: string,
  args: readonly string[],
  { folder }: Pick<AgentPlace, 'folder'>,
  environment: Readonly<Record<string, string>>,
): Promise<AgentEnd> {
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (bytes) => {
    printed.stdout += bytes
  })
  child.stderr.on('data', (bytes) => {
    printed.stderr += bytes
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, ...printed }
}

async function toResult(
  { google, gateway }: Scene,
  folder: string,
  seen: Pick<AgentResult, 'turns' | 'passed'>,
): Promise<AgentResult> {
  const streams = google.calls.filter(({ operation }) => operation === 'streamGenerateContent')
  return {
    ...seen,
    calls: google.calls.map(({ operation, model }) => ({ operation, model })),
    requests: streams.map(({ body }) => JSON.parse(body.toString()) as GoogleRequest),
    note: await readFile(join(folder, 'note.txt'), 'utf8').catch(() => undefined),
    log: gateway.output(),
  }
}

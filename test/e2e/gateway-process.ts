import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ARGUMENTS, PROGRAM, plainEnvironment } from '../gateway-command.ts'

/** The gateway as its users run it: a process of its own, spoken to over HTTP. */
export interface GatewayProcess {
  url: string
  readonly clientToken: string
  readonly adminToken: string
  /** The folder it works in, with its config and its data. */
  readonly folder: string
  /** Of the running process. */
  readonly pid: number
  /** All it has printed so far. */
  output(): string
  /** Sends a signal and waits for the end; resolves to the exit code, null where the signal killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** Starts it again in the same folder. */
  start(): Promise<void>
  /** Ends it by force where it still runs, and removes its folder. */
  remove(): Promise<void>
}

export const CLIENT_TOKEN = 'sk-test-client-token-0001'
export const ADMIN_TOKEN = 'ga-test-admin-token-0001'

/** File name → text, for the folder that the gateway works in. */
export type GatewayFiles = Readonly<Record<string, string>>

/** Starts a gateway on a free port with `settings` on top of plain ones. */
export async function startGatewayProcess(
  settings: Record<string, unknown>,
  files: GatewayFiles = {},
): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'geminate-e2e-'))
  await writeFiles(folder, files)
  const { server, ...rest } = settings
  const config = {
    server: { port: 0, adminToken: ADMIN_TOKEN, ...(server as object) },
    clients: [{ name: 'tester', token: CLIENT_TOKEN }],
    ...rest,
  }
  // JSON is YAML.
  await writeFile(join(folder, 'geminate.yaml'), JSON.stringify(config))
  return startInFolder(folder)
}

/** Starts a gateway in a folder as it is. */
export async function startInFolder(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> {
  let child: ChildProcess | undefined
  let output = ''

  const gateway: GatewayProcess = {
    url: '',
    clientToken: CLIENT_TOKEN,
    adminToken: ADMIN_TOKEN,
    folder,
    get pid() {
      return child?.pid ?? 0
    },
    output: () => output,

    async start() {
      child = spawn(PROGRAM, [...ARGUMENTS, 'serve'], {
        cwd: folder,
        env: { ...plainEnvironment(), ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const started = Promise.withResolvers<string>()
      const take = (bytes: Buffer) => {
        output += bytes.toString()
        const url = /listens on (\S+)/.exec(output.slice(output.lastIndexOf('listens on')))?.[1]
        if (url) started.resolve(url)
      }
      output = ''
      child.stdout?.on('data', take)
      child.stderr?.on('data', take)
      child.once('exit', (code) => started.reject(new Error(`The gateway ended with ${code}: ${output}`)))
      gateway.url = await started.promise
    },

    async end(signal) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
      const ended = once(child, 'exit')
      child.kill(signal)
      const [code] = await ended
      return code as number | null
    },

    async remove() {
      await gateway.end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
  await gateway.start().catch(async (thrown) => {
    await gateway.remove()
    throw thrown
  })
  return gateway
}

async function writeFiles(folder: string, files: GatewayFiles): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

/** Runs the program in a folder to its end; `input` is what it reads. */
export async function runProgram(
  folder: string,
  args: readonly string[],
  input?: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(PROGRAM, [...ARGUMENTS, ...args], {
    cwd: folder,
    env: plainEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {}) // it may end without having read
  child.stdin.end(input)
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (bytes) => {
    printed.stdout += bytes
  })
  child.stderr.on('data', (bytes) => {
    printed.stderr += bytes
  })
  const [code] = await once(child, 'close')
  return { code, ...printed }
}

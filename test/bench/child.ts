import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A program that was started and answers at a url. */
export interface Child {
  readonly pid: number
  readonly url: string
  /** Ends it and waits for its end. */
  stop(): Promise<void>
}

/** Starts a program that prints `listens on URL`. */
export async function startTalking(command: readonly string[], folder: string): Promise<Child> {
  const child = launch(command, folder)
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const take = (bytes: Buffer) => {
      output += bytes.toString()
      const found = /listens on (\S+)/.exec(output)?.[1]
      if (found) resolve(found)
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${command[0]} ended with ${code}: ${output}`)))
  })
  return toChild(child, url)
}

/** Starts a program that says nothing but listens on a port that it was given. */
export async function startSilent(command: readonly string[], folder: string, port: number): Promise<Child> {
  const child = launch(command, folder)
  let problem = ''
  child.stderr?.on('data', (bytes) => {
    problem += bytes
  })
  const running = toChild(child, `http://127.0.0.1:${port}`)
  for (let look = 0; look < 200; look++) {
    if (child.exitCode !== null) break
    const answer = await fetch(running.url).catch(() => undefined)
    await answer?.bytes()
    if (answer) return running
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  await running.stop()
  throw new Error(`${command[0]} does not listen on ${port}: ${problem}`)
}

function launch([program = '', ...args]: readonly string[], folder: string): ChildProcess {
  return spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
}

function toChild(child: ChildProcess, url: string): Child {
  return {
    pid: child.pid ?? 0,
    url,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

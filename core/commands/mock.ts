import { type Command, CommandError, type CommandLine, EXIT } from './command.ts'
import { toListenProblem } from './listen-problem.ts'

const DEFAULT_PORT = 8001

/** Runs the simulated Google alone, until it is told to stop. */
export const mock: Command = {
  name: 'mock',
  summary: 'run the simulated Google alone',
  arguments: '',
  options: {
    port: { takes: 'PORT', summary: `where it listens; ${DEFAULT_PORT}, and 0 takes any free port` },
    host: { takes: 'HOST', summary: 'on which address; 127.0.0.1' },
  },
  async run({ runtime, startSimulatedGoogle }, line) {
    const stopped = new Promise<void>((resolve) => runtime.onStop(resolve))
    const host = line.text('host') ?? '127.0.0.1'
    const port = portOf(line)
    const dataFolder = runtime.environment.GEMINATE_GOOGLE_DATA || undefined
    const google = await startSimulatedGoogle({ host, port, dataFolder }).catch((thrown: unknown) => {
      throw toListenProblem(thrown, { port: '--port', host: '--host' }, { port, host })
    })
    const keys = google.keys.map((key) => `  ${key}\n`).join('')
    const ofVertex = google.vertexKeys.map((key) => `  ${key}\n`).join('')
    runtime.output.write(
      `A simulated Google listens on ${google.url}\nIts keys:\n${keys}Of Vertex Express:\n${ofVertex}`,
    )
    await stopped
    await google.stop()
    return EXIT.ok
  },
}

function portOf(line: CommandLine): number {
  const text = line.text('port') ?? String(DEFAULT_PORT)
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65535) return port
  throw new CommandError(`The option --port is "${text}", but must be an integer from 0 to 65535`, EXIT.usage)
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What passed through. */
export interface PassedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly status: number
  /** `x-geminate-notes`: what the gateway had to weaken. */
  readonly notes: string | undefined
  /** The answer's text where it is an error. */
  readonly error: string | undefined
}

/** Stands before a gateway and sees what its clients ask, whatever comes of it. */
export interface RecordingFront {
  readonly url: string
  readonly passed: readonly PassedRequest[]
  close(): Promise<void>
}

/** Opens one before the gateway at `target`, on a free port of this machine. */
export async function openRecordingFront(target: string): Promise<RecordingFront> {
  const passed: PassedRequest[] = []
  const server = createServer((asked, answering) => pass(target, asked, answering, passed))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function pass(
  target: string,
  asked: IncomingMessage,
  answering: ServerResponse,
  passed: PassedRequest[],
): void {
  const { method = '', url: path = '', headers } = asked
  const onward = request(target + path, { method, headers }, (answer) => {
    const { statusCode: status = 0 } = answer
    const notes = answer.headers['x-geminate-notes'] as string | undefined
    const pieces: Buffer[] = []
    if (status >= 400) answer.on('data', (bytes: Buffer) => pieces.push(bytes))
    answer.on('end', () => {
      const error = status >= 400 ? Buffer.concat(pieces).toString() : undefined
      passed.push({ method, path, status, notes, error })
    })
    answering.writeHead(status, answer.headers)
    answer.pipe(answering)
  })
  onward.on('error', () => answering.destroy())
  answering.on('close', () => onward.destroy())
  asked.pipe(onward)
}

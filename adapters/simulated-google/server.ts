import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ReceivedCall } from './calls.ts'
import { CONTROL_PREFIX, control } from './control.ts'
import { credentialOf } from './credentials.ts'
import { googleError } from './error-answer.ts'
import { createExchange, type Exchange, readBody } from './exchange.ts'
import type { WholeGoogle } from './google.ts'
import { routeOf } from './route.ts'
import { serve } from './service.ts'
import { refuseVisit, type Visit } from './visit.ts'
import { fieldOf } from './wire-fields.ts'

const LARGEST_BODY = 100 * 1024 * 1024

/** A `node:http` listener that is Google, and how many of its answers are open. */
export function createListener(google: WholeGoogle): {
  listen(request: IncomingMessage, response: ServerResponse): void
  open(): number
} {
  let open = 0
  const answer = (request: IncomingMessage, response: ServerResponse, path: string, query: string) => {
    const received: { call?: ReceivedCall } = {}
    const exchange = createExchange(request, response, () => {
      if (received.call) google.log.markAborted(received.call)
    })
    open += 1
    void exchange.over.then(() => {
      open -= 1
    })
    receive(google, exchange, path, query, received).catch((thrown) => fail(exchange, thrown))
  }
  return {
    listen: (request, response) => {
      const [path, query] = splitUrl(request.url ?? '/')
      if (path.startsWith(CONTROL_PREFIX)) steer(google, request, response, path)
      else answer(request, response, path, query)
    },
    open: () => open,
  }
}

function steer(google: WholeGoogle, request: IncomingMessage, response: ServerResponse, path: string): void {
  const exchange = createExchange(request, response, () => undefined)
  control(google, exchange, path).catch((thrown) => fail(exchange, thrown))
}

async function receive(
  google: WholeGoogle,
  exchange: Exchange,
  path: string,
  query: string,
  received: { call?: ReceivedCall },
): Promise<void> {
  const body = isLong(exchange.request, path)
    ? Buffer.alloc(0)
    : await readBody(exchange.request, LARGEST_BODY).catch(() => Buffer.alloc(0))
  const visit = toVisit(google, exchange, path, query, body ?? Buffer.alloc(0))
  received.call = visit.call
  google.log.add(visit.call)
  if (exchange.isOver) return google.log.markAborted(visit.call)
  if (body) return serve(visit)
  const message = `Request payload size exceeds the limit: ${LARGEST_BODY} bytes.`
  refuseVisit(visit, { ...googleError('INVALID_ARGUMENT', message), code: 413 })
}

/** Bytes of an upload, which are taken in later and never all at once. */
function isLong({ headers }: IncomingMessage, path: string): boolean {
  return path.startsWith('/upload/') && !/\bstart\b/.test(String(headers['x-goog-upload-command']))
}

function toVisit(whole: WholeGoogle, exchange: Exchange, path: string, text: string, body: Buffer): Visit {
  const method = exchange.request.method ?? 'GET'
  const query = new URLSearchParams(text)
  const route = routeOf(method, path)
  const google = route.isVertex ? whole.atVertex : whole
  const headers = toHeaders(exchange.request)
  const { key } = credentialOf(headers, query, route.isOpenAi)
  const model = route.isOpenAi ? modelNamedIn(body) : route.model
  const { operation, version } = route
  const call = {
    key,
    method,
    path,
    model,
    operation,
    query: text,
    headers,
    body,
    aborted: false,
    at: google.now(),
  }
  const context = { key: key ?? '', project: google.projectOf(key ?? ''), model, version, operation }
  return { google, exchange, call, route, query, context }
}

function toHeaders(request: IncomingMessage): Record<string, string> {
  const pairs = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  return Object.fromEntries(pairs)
}

/** The OpenAI layer names the model in the body. */
function modelNamedIn(body: Buffer): string {
  try {
    return String(fieldOf(JSON.parse(body.toString()), 'model') ?? '').replace(/^models\//, '')
  } catch {
    return ''
  }
}

/** The caller is another part of the project: it shall see what is wrong with its script. */
function fail(exchange: Exchange, thrown: unknown): void {
  exchange.head(500, { 'content-type': 'text/plain' })
  exchange.end(`The simulated Google failed: ${thrown instanceof Error ? thrown.stack : String(thrown)}`)
}

function splitUrl(url: string): [string, string] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

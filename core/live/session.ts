import type { Flight } from '../call/flight.ts'
import type { UpstreamRequest } from '../call/upstream.ts'
import { GatewayError, toGatewayError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Redactor } from '../log/redactor.ts'
import type { Ownership } from '../ownership/ownership.ts'
import type { Socket, SocketHandler } from '../sockets.ts'
import type { Connect, Connected } from './connect.ts'
import type { Message } from './dial.ts'
import { fateOf } from './fate.ts'
import { createFlow, type Flow } from './flow.ts'
import { type Goodbye, toGoodbye } from './goodbye.ts'
import { readSigns } from './google-signs.ts'
import { type LiveClock, type LiveLimits, startLiveClock } from './live-clock.ts'
import { createLiveHandles } from './live-handles.ts'
import { createLiveMeter } from './live-meter.ts'
import { part } from './parting.ts'
import { createResumePause } from './resume-pause.ts'
import { naming, parseMessage, readSetup, resuming, type Setup } from './setup-message.ts'
import { createWaitingRoom } from './waiting-room.ts'

export interface SessionOptions {
  readonly connect: Connect
  readonly ownership: Ownership
  readonly limits: LiveLimits
  readonly redactor: Redactor
  readonly log: Log
  readonly now: () => number
  /** Google's name of the model that a client names; rejects where a plugin refuses it. */
  modelOf(flight: Flight, stated: string): Promise<string>
  /** Where Google is asked for the session, once the setup has said for what. */
  toRequest(flight: Flight, setup: Setup): UpstreamRequest
  /** Makes an error of the search for a key say what it means for a session. */
  explain(error: GatewayError): GatewayError
}

/** One Live session: a client, and the connection to Google that it has now. */
export interface Session {
  readonly handler: SocketHandler
  /** Ends it, and tells both sides. */
  leave(goodbye: Goodbye): void
  /** Settles when the client's connection is closed. */
  readonly parted: Promise<void>
}

/** How a session is to be remembered. */
interface Ending {
  readonly status: number
  readonly how: string
  readonly error?: GatewayError | undefined
}

/** What each side is told that does not know yet. */
interface Goodbyes {
  readonly client?: Goodbye
  readonly google?: Goodbye
}

/** A session whose client is about to come in; `ended` is called once, when it is over. */
export function createSession(
  flight: Flight,
  token: string | undefined,
  options: SessionOptions,
  ended: () => void,
): Session {
  const { redactor, log } = options
  const leaving = new AbortController()
  const { promise: parted, resolve: clientGone } = Promise.withResolvers<void>()
  const handles = createLiveHandles(flight.head.client, options.ownership, options.now)
  const meter = createLiveMeter(flight)
  const waiting = createWaitingRoom()
  const pause = createResumePause(options.now)
  let resumption: ReturnType<typeof setTimeout> | undefined
  let client: Socket | undefined
  let clock: LiveClock | undefined
  let flow: Flow | undefined
  let setup: Setup | undefined
  let google: Connected | undefined
  let refusal: Goodbye | undefined
  /** Google will end this connection by itself. */
  let goesAway = false
  /** Google has said something since the last time the session went over to another connection. */
  let isMoving = false
  let isOver = false

  function enter(socket: Socket): void {
    client = socket
    clock = startLiveClock(options.limits, (goodbye) =>
      leave(goodbye, setup ? undefined : toMistake(goodbye)),
    )
    flow = createFlow({
      client: socket,
      clientStuck: () => giveUp('client_gone', 'The client has taken nothing for 30 s'),
      googleStuck: () => giveUp('overloaded', 'Google takes more slowly than the client speaks'),
    })
  }

  function hearClient(data: Message): void {
    if (isOver) return
    clock?.touch()
    if (setup === undefined) begin(data)
    else if (google !== undefined) flow?.toGoogle(data)
    else if (!waiting.take(data)) leave({ code: 1009, reason: 'Too much was said before Google was ready' })
  }

  function begin(data: Message): void {
    setup = readSetup(data)
    if (setup === undefined) {
      const goodbye = { code: 1007, reason: 'The first message must be a setup' }
      leave(goodbye, toMistake(goodbye))
    } else {
      void searchNamed(setup, data)
    }
  }

  /** Google hears the client's own words, but for another name of the model. */
  async function searchNamed(stated: Setup, sent: Message): Promise<void> {
    try {
      flight.head = { ...flight.head, model: stated.model }
      const model = stated.model && (await options.modelOf(flight, stated.model))
      if (isOver) return
      if (model === stated.model) return void search(stated, sent)
      flight.head = { ...flight.head, model }
      setup = naming(stated, model)
      void search(setup, JSON.stringify(setup.message))
    } catch (thrown) {
      if (!isOver) fail(thrown)
    }
  }

  async function search(wanted: Setup, sent: Message): Promise<void> {
    try {
      const request = options.toRequest(flight, wanted)
      const refused = (goodbye: Goodbye | undefined) => {
        refusal = goodbye
      }
      const { trace } = flight
      join(await options.connect({ request, setup: sent, token, trace, leaving: leaving.signal, refused }))
    } catch (thrown) {
      if (!isOver) fail(thrown)
    }
  }

  function join(connected: Connected): void {
    const { socket } = connected.line
    meter.connected()
    if (isOver) {
      flight.trace.ended(undefined)
      socket.terminate()
    } else {
      google = connected
      goesAway = false
      flow?.join(socket)
      connected.line.listen({
        message: (data) => hearGoogle(connected, data),
        close: (goodbye) => google === connected && loseGoogle(connected, goodbye),
      })
      for (const data of waiting.leave()) if (google === connected) flow?.toGoogle(data)
    }
  }

  function hearGoogle(connected: Connected, data: Message): void {
    if (isOver || google !== connected) return
    clock?.touch()
    const isAgain = meter.connections > 1 && !isMoving
    isMoving = true
    const signs = readSigns(data)
    if (signs.handle !== undefined && flight.trace.key) handles.learn(signs.handle, flight.trace.key)
    if (signs.isUnresumable) handles.suspend()
    if (signs.goesAway) goesAway = true
    if (signs.usage) meter.spent(signs.usage)
    if (isAgain && parseMessage(data)?.setupComplete !== undefined) {
      isMoving = false
      return
    }
    flow?.toClient(data)
  }

  function loseGoogle(connected: Connected, { code, reason }: Goodbye): void {
    if (isOver) return
    const goodbye = { code, reason: redactor.text(reason) }
    const canGoOn = handles.newest !== undefined && isMoving
    const { fault, goesOn, error } = fateOf(goodbye, { canGoOn, goesAway, hasToken: token !== undefined })
    if (fault !== undefined) connected.charge(fault)
    google = undefined
    if (goesOn) {
      goOn()
    } else {
      const how = `closed by Google with ${code} ${goodbye.reason}`
      end({ status: error?.status ?? 101, how, error }, { client: goodbye })
    }
  }

  function goOn(): void {
    if (setup === undefined || handles.newest === undefined) return
    isMoving = false
    flight.trace.ended(undefined)
    const again = { ...setup, handle: handles.newest }
    const sent = resuming(setup, handles.newest)
    resumption = setTimeout(() => void search(again, sent), pause.next())
  }

  function loseClient({ code, reason }: Goodbye): void {
    clientGone()
    if (isOver) return
    const left = code === 1006 ? { code: 1001, reason: 'The client has left' } : { code, reason }
    end({ status: 101, how: `closed by the client with ${code} ${redactor.text(reason)}` }, { google: left })
  }

  function leave(goodbye: Goodbye, error?: GatewayError): void {
    if (isOver) return
    const how = `closed by the gateway: ${goodbye.reason}`
    end({ status: error?.status ?? 101, how, error }, { client: goodbye, google: goodbye })
  }

  function giveUp(kind: 'client_gone' | 'overloaded', message: string): void {
    leave({ code: 1013, reason: message }, new GatewayError(kind, message))
  }

  function fail(thrown: unknown): void {
    const error = options.explain(toGatewayError(thrown))
    if (error.kind === 'internal')
      log.error({ err: error.cause ?? error, id: flight.exchange.id }, error.message)
    const theirs = error.kind === 'upstream_refused' && refusal
    const goodbye = theirs ? { ...refusal!, reason: redactor.text(refusal!.reason) } : toGoodbye(error)
    end(
      { status: error.status, how: `no connection to Google: ${error.message}`, error },
      { client: goodbye },
    )
  }

  function end({ status, how, error }: Ending, goodbyes: Goodbyes): void {
    // Bun calls back within `close`.
    isOver = true
    clearTimeout(resumption)
    clock?.stop()
    flow?.end()
    waiting.leave()
    part([
      { socket: client, goodbye: goodbyes.client },
      { socket: google?.line.socket, goodbye: goodbyes.google },
    ])
    leaving.abort()
    meter.finish(how)
    flight.finish(status, error)
    ended()
  }

  return {
    handler: {
      open: enter,
      message: (_, data) => hearClient(data),
      close: (_, code, reason) => loseClient({ code, reason }),
    },
    leave,
    parted,
  }
}

/** What a client has done wrong that has asked for nothing. */
function toMistake({ reason }: Goodbye): GatewayError {
  return new GatewayError('invalid_request', reason)
}

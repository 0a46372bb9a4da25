import { parseJson } from '../http/parse-json.ts'
import type { Redactor } from '../log/redactor.ts'
import type { Conversion, ProtocolRequest } from '../plugin.ts'
import type { Flight } from './flight.ts'
import type { KeyLoop } from './key-loop.ts'
import { toConvertedRequest } from './upstream-requests.ts'
import { readPartialReply } from './whole-reply.ts'

interface ConversionOptions {
  readonly keyLoop: KeyLoop
  readonly redactor: Redactor
}

/** Answers by a method of Google's that generates nothing, in the terms of the plugin that asks for it. */
export async function answerConverted(
  flight: Flight,
  convert: (body: unknown, request: ProtocolRequest) => Conversion | Promise<Conversion>,
  request: ProtocolRequest,
  { keyLoop, redactor }: ConversionOptions,
): Promise<Response> {
  const conversion = await convert(parseJson(flight.takeBytes()), request)
  const { operation, model } = conversion.target
  flight.head = { ...flight.head, operation, model }
  flight.notes = conversion.notes ?? []
  const upstream = toConvertedRequest(conversion, flight)
  const { reply } = await keyLoop.run(upstream, flight.trace, flight.leaving, (answer) =>
    readPartialReply(answer, redactor),
  )
  const body = JSON.stringify(conversion.toAnswer(reply))
  flight.bodies.sent(body)
  flight.finish(200)
  return new Response(body, { headers: { 'content-type': 'application/json', ...flight.headers() } })
}

import { GatewayError } from '../../../core/errors.ts'
import type { Call } from '../../../core/plugin.ts'
import { type ResponseAsked, responseAskedOf } from './asked.ts'
import { toSummaryRequest } from './compaction.ts'
import { itemsOf } from './input.ts'
import { type Item, typeOf } from './item.ts'
import type { KeptResponse, KeptResponses } from './kept-responses.ts'
import { responseIdOf, seedOf, toResponseId } from './output-log.ts'
import { decodeConversation, isContinued, previousOf } from './response-request.ts'

type Body = ResponseAsked['body']

/**
 * The call with what its request only names put in from the store, and with a place for its response to be kept.
 * Rejects with a GatewayError of kind `not_found` where the store has not what is named. Undefined, at once, for what
 * is no response.
 */
export function withHistory(call: Call, kept: KeptResponses): Promise<Call> | undefined {
  const asked = responseAskedOf(call)
  return asked && withItems(call, asked, kept)
}

async function withItems(call: Call, asked: ResponseAsked, kept: KeptResponses): Promise<Call> {
  const { body } = asked
  const previous = previousOf(body)
  const goesOn = isContinued(body)
  const items = goesOn ? await resolved(body, call.client, kept) : itemsOf(body)
  const joined = goesOn ? await join(call, asked, items, kept) : call
  if (!asked.store) return joined
  const id = toResponseId(call.id)
  const input = asKept(items, seedOf(call.id))
  const keep: ResponseAsked['keep'] = (response) =>
    kept.put(id, { client: call.client, previous, input, response })
  return { ...joined, asked: { ...asked, keep } }
}

async function join(
  call: Call,
  { body, form }: ResponseAsked,
  items: readonly Item[],
  kept: KeptResponses,
): Promise<Call> {
  const before = await itemsBefore(previousOf(body), call.client, kept)
  const notes: string[] = []
  const { systemInstruction: _, ...rest } = call.request
  const request = { ...rest, ...decodeConversation(body, before, items, notes, call.model) }
  return {
    ...call,
    request: form === 'compaction' ? toSummaryRequest(request) : request,
    notes: [...new Set([...call.notes, ...notes])],
  }
}

/** All that was said up to a response and in it. */
export async function itemsBefore(
  id: string | undefined,
  client: string,
  kept: KeptResponses,
): Promise<readonly Item[]> {
  const chain: KeptResponse[] = []
  for (let next = id; next !== undefined; ) {
    const found = await kept.get(next, client)
    if (!found) throw noPrevious(next)
    chain.unshift(found)
    next = found.previous
  }
  return chain.flatMap(({ input, response }) => [...input, ...(response.output as readonly Item[])])
}

function noPrevious(id: string): GatewayError {
  return new GatewayError('not_found', `Previous response with id '${id.slice(0, 60)}' not found`, {
    code: 'previous_response_not_found',
    param: 'previous_response_id',
  })
}

const isReference = (item: Item) => typeOf(item) === 'item_reference'

/** A body's own items, with those that it only names in their places. */
export async function resolved(body: Body, client: string, kept: KeptResponses): Promise<readonly Item[]> {
  const found = new Map<string, Promise<KeptResponse | undefined>>()
  const look = async (item: Item): Promise<Item> => {
    if (!isReference(item)) return item
    const id = String(item.id)
    const responseId = responseIdOf(id) ?? ''
    if (!found.has(responseId)) found.set(responseId, kept.get(responseId, client))
    const { input = [], response } = (await found.get(responseId)) ?? {}
    const output = (response?.output ?? []) as readonly Item[]
    return [...output, ...input].find((each) => each.id === id) ?? refuseReference(id)
  }
  return Promise.all(itemsOf(body).map(look))
}

function refuseReference(id: string): never {
  throw new GatewayError(
    'not_found',
    `Item with id '${id.slice(0, 60)}' not found. Items of responses that were made with 'store' false, or long ago, are not kept: send the item itself`,
    { param: 'input' },
  )
}

/** Items of input as they are listed: with an id, by which they can be named later, and content in parts. */
function asKept(items: readonly Item[], seed: string): readonly Item[] {
  return items.map((item, index) => {
    const id = typeof item.id === 'string' ? item.id : `in_${seed}i${String(index).padStart(4, '0')}`
    return { ...item, ...partsOf(item), type: typeOf(item), id }
  })
}

function partsOf({ content: text, role }: Item): { content?: object[] } {
  if (typeof text !== 'string') return {}
  return { content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }] }
}

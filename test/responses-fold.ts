/** A streamed response, folded as a client folds it. */
export interface FoldedResponse {
  /** What the last event says of the response. */
  readonly response: Record<string, unknown> | undefined
  /** The output as its items' own events tell it. */
  readonly output: readonly Item[]
  readonly types: readonly string[]
  /** Of the `error` event. */
  readonly error: { readonly message: string; readonly code: string | null } | undefined
}

interface Event {
  readonly type: string
  readonly sequence_number: number
  readonly item_id?: string
  readonly output_index?: number
  readonly item?: Item
  readonly delta?: string
  readonly response?: Record<string, unknown>
  readonly [field: string]: unknown
}

type Item = Record<string, unknown>

/**
 * Folds the events of a stream. Throws where one breaks a rule: a type beside its `event:` line, a number left out,
 * an item begun before the last one ended, deltas that are not the whole, an end that says something else.
 */
export function foldResponse(text: string): FoldedResponse {
  const events = text
    .split('\n\n')
    .filter((event) => event !== '' && !event.startsWith(':'))
    .map(toEvent)
  for (const [index, { sequence_number }] of events.entries())
    if (sequence_number !== index) throw new Error(`event ${index} has the number ${sequence_number}`)
  const types = events.map(({ type }) => type)
  const error = events.find(({ type }) => type === 'error')
  if (!error && types.slice(0, 2).join() !== 'response.created,response.in_progress')
    throw new Error(`it begins with ${types.slice(0, 2)}`)
  const output = foldItems(events)
  const response = events.findLast((event) => event.response)?.response
  if (!error && JSON.stringify(response?.output) !== JSON.stringify(output))
    throw new Error('the end does not say what the events said')
  return { response, output, types, error: error as unknown as FoldedResponse['error'] }
}

function toEvent(text: string): Event {
  const [, type, data = ''] = /^event: (.+)\ndata: (.+)$/.exec(text) ?? []
  const event = JSON.parse(data) as Event
  if (event.type !== type) throw new Error(`${type} says that it is ${event.type}`)
  return event
}

function foldItems(events: readonly Event[]): Item[] {
  const items: Item[] = []
  let open: Event | undefined
  let deltas = new Map<string, string>()
  for (const event of events) {
    if (event.type === 'response.output_item.added') {
      if (open) throw new Error('an item began before the last one ended')
      if (event.output_index !== items.length) throw new Error(`an item began at ${event.output_index}`)
      open = event
      deltas = new Map()
    } else if (event.type === 'response.output_item.done') {
      if (event.item?.id !== open?.item?.id || event.item?.type !== open?.item?.type)
        throw new Error('another item ended')
      items.push(event.item as Item)
      open = undefined
    } else if (event.item_id !== undefined) {
      if (event.item_id !== open?.item?.id) throw new Error(`${event.type} is of an item that is not open`)
      checkDelta(event, deltas)
    }
  }
  return items
}

/** What `….done` says is what all `….delta` said. */
function checkDelta({ type, delta, ...fields }: Event, deltas: Map<string, string>): void {
  const name = type.replace(/\.(delta|done)$/, '')
  if (type.endsWith('.delta')) deltas.set(name, (deltas.get(name) ?? '') + delta)
  if (!type.endsWith('.done') || !deltas.has(name)) return
  const whole = fields.text ?? fields.arguments ?? fields.input ?? fields.code
  if (whole !== deltas.get(name)) throw new Error(`${type} is not what its deltas were`)
}

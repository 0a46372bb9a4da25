/** A streamed message, folded as a client folds it. */
export interface FoldedMessage {
  readonly message: Record<string, unknown> | undefined
  readonly error: { readonly type: string; readonly message: string } | undefined
  /** Whether it ended with `message_stop`. */
  readonly done: boolean
}

type Fields = Record<string, unknown>

interface Event extends Fields {
  readonly type: string
}

interface Folding {
  message: Fields | undefined
  error: FoldedMessage['error']
  done: boolean
  /** Begun and not stopped. */
  open: Fields | undefined
  json: string
}

/**
 * The whole message that the events of a stream tell. Throws where one breaks a rule: an event without its name,
 * two blocks open, an index that is not the next, anything after the end.
 */
export function foldMessage(text: string): FoldedMessage {
  const folding: Folding = { message: undefined, error: undefined, done: false, open: undefined, json: '' }
  for (const event of eventsOf(text)) {
    if (event.type === 'ping') continue
    if (folding.done || folding.error) throw new Error(`${event.type} came after the end`)
    const fold = FOLDS[event.type]
    if (!fold) throw new Error(`there is no event ${event.type}`)
    fold(folding, event)
  }
  const { message, error, done } = folding
  return { message, error, done }
}

function eventsOf(text: string): Event[] {
  return text
    .split('\n\n')
    .filter((lines) => lines !== '')
    .map((lines) => {
      const [, name, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(lines) ?? []
      const event = JSON.parse(data) as Event
      if (name !== event.type) throw new Error(`the event ${name} is of type ${event.type}`)
      return event
    })
}

const FOLDS: Readonly<Record<string, (folding: Folding, event: Event) => void>> = {
  message_start(folding, { message }) {
    if (folding.message) throw new Error('the message began twice')
    folding.message = structuredClone(message as Fields)
    if (contentOf(folding).length > 0) throw new Error('the message began with content')
  },
  content_block_start(folding, { index, content_block }) {
    const content = contentOf(folding)
    if (folding.open) throw new Error('two blocks are open')
    if (index !== content.length) throw new Error(`block ${index} came at place ${content.length}`)
    folding.open = structuredClone(content_block as Fields)
    folding.json = ''
    content.push(folding.open)
  },
  content_block_delta(folding, { index, delta }) {
    const block = openBlock(folding, index)
    const { type, ...added } = delta as Fields
    if (type === 'input_json_delta') folding.json += added.partial_json
    else if (type === 'citations_delta')
      block.citations = [...((block.citations as unknown[]) ?? []), added.citation]
    else for (const [name, value] of Object.entries(added)) block[name] = String(block[name]) + String(value)
  },
  content_block_stop(folding, { index }) {
    const block = openBlock(folding, index)
    if (block.type === 'text' && block.text === '') throw new Error('a text is empty')
    if (block.type === 'thinking' && block.signature === '') throw new Error('a thought has no signature')
    if ('input' in block) block.input = JSON.parse(folding.json)
    folding.open = undefined
  },
  message_delta(folding, { delta, usage }) {
    if (folding.open) throw new Error('the message ended before its block')
    const counts = { ...((folding.message?.usage as Fields) ?? {}), ...withoutNulls(usage as Fields) }
    Object.assign(folding.message as Fields, delta, { usage: counts })
  },
  message_stop(folding) {
    if (folding.message?.stop_reason == null) throw new Error('the message has no reason to stop')
    folding.done = true
  },
  error(folding, { error }) {
    folding.error = error as FoldedMessage['error']
  },
}

function contentOf({ message }: Folding): Fields[] {
  if (!message) throw new Error('something came before the message')
  return message.content as Fields[]
}

function openBlock(folding: Folding, index: unknown): Fields {
  if (!folding.open || index !== contentOf(folding).length - 1) throw new Error(`block ${index} is not open`)
  return folding.open
}

/** Clients keep what they know where the end of a stream says nothing. */
function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

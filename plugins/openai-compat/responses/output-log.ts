/** Told of every event of a response, in their order; fields without `type` and `sequence_number`. */
export type Emit = (type: string, fields: Readonly<Record<string, unknown>>) => void

/** Where an item of the output lies, as its events name it. */
export interface Place {
  readonly item_id: string
  readonly output_index: number
}

type Item = Readonly<Record<string, unknown>>

/** The output of a response while it is written: one item after the other. */
export interface OutputLog {
  /** Those that are done. */
  readonly items: readonly Item[]
  readonly emit: Emit
  /** Begins an item with an id of its own; `fields` are what is known of it so far. */
  begin(prefix: string, type: string, fields: Item): Place
  /** Ends it; `fields` are all of it but its id and type. */
  end(place: Place, type: string, fields: Item): void
}

/** An empty output; `seed` is what the ids of all its items share. */
export function createOutputLog(seed: string, emit: Emit): OutputLog {
  const items: Item[] = []
  return {
    items,
    emit,
    begin(prefix, type, fields) {
      const place = { item_id: toItemId(prefix, seed, items.length), output_index: items.length }
      emit('response.output_item.added', {
        output_index: place.output_index,
        item: { id: place.item_id, type, ...fields },
      })
      return place
    },
    end({ item_id, output_index }, type, fields) {
      const item = { id: item_id, type, ...fields }
      items.push(item)
      emit('response.output_item.done', { output_index, item })
    },
  }
}

/** Ids of items name their response, so that a reference to one tells where it is kept. */
function toItemId(prefix: string, seed: string, index: number): string {
  return `${prefix}_${seed}${String(index).padStart(4, '0')}`
}

/** The id of a response; `callId` is the request's, `req_…`. */
export function toResponseId(callId: string): string {
  return `resp_${seedOf(callId)}`
}

/** What the ids of a response and its items share. */
export function seedOf(callId: string): string {
  return callId.replace(/^req_/, '')
}

/** The id of the response that an item of this gateway belongs to; undefined for another's. */
export function responseIdOf(itemId: string): string | undefined {
  const seed = /^[a-z]+_([0-9a-f]{32})i?\d{4,}$/.exec(itemId)?.[1]
  return seed && `resp_${seed}`
}

/** An item of a conversation as OpenAI's Responses API writes it: one message, one call, one result and so on. */
export interface Item {
  readonly type?: unknown
  readonly id?: unknown
  readonly [field: string]: unknown
}

/** What an item is; messages may leave it out. */
export function typeOf(item: Item): string {
  if (typeof item.type === 'string') return item.type
  return 'role' in item ? 'message' : ''
}

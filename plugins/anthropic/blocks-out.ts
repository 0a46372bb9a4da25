/** One content block of an answer: https://docs.anthropic.com/en/api/messages */
export type OutBlock =
  | { readonly type: 'text'; readonly text: string; readonly citations: readonly Citation[] | null }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | {
      readonly type: 'tool_use' | 'server_tool_use'
      readonly id: string
      readonly name: string
      readonly input: unknown
      readonly caller: Caller
    }
  | {
      readonly type: 'web_search_tool_result'
      readonly tool_use_id: string
      readonly content: readonly SearchResult[]
      readonly caller: Caller
    }
  | {
      readonly type: 'code_execution_tool_result'
      readonly tool_use_id: string
      readonly content: Readonly<Record<string, unknown>>
    }

/** Who made a call: the model itself. */
export interface Caller {
  readonly type: 'direct'
}

/** The only one there is here. */
export const DIRECT: Caller = { type: 'direct' }

/** A page that an answer leans on. */
export interface SearchResult {
  readonly type: 'web_search_result'
  readonly url: string
  readonly title: string
  readonly encrypted_content: string
  readonly page_age: string | null
}

/** Where a statement comes from. Google does not give the source's words, so these are the answer's own. */
export interface Citation {
  readonly type: 'web_search_result_location'
  readonly url: string
  readonly title: string | null
  readonly encrypted_index: string
  readonly cited_text: string
}

/** What is added to a block that has begun. */
export type BlockDelta =
  | { readonly type: 'text_delta'; readonly text: string }
  | { readonly type: 'thinking_delta'; readonly thinking: string }
  | { readonly type: 'signature_delta'; readonly signature: string }
  | { readonly type: 'input_json_delta'; readonly partial_json: string }
  | { readonly type: 'citations_delta'; readonly citation: Citation }

/** Takes the blocks of an answer as they come: one at a time is open. */
export interface BlockSink {
  start(block: OutBlock): void
  delta(delta: BlockDelta): void
  stop(): void
}

/** A sink that keeps whole blocks, put together as clients do it. */
export function createBlockList(): BlockSink & { readonly blocks: readonly OutBlock[] } {
  const blocks: OutBlock[] = []
  let json = ''
  return {
    blocks,
    start(block) {
      blocks.push(block)
      json = ''
    },
    delta(delta) {
      const block = blocks.at(-1)
      if (delta.type === 'input_json_delta') json += delta.partial_json
      else if (block) blocks[blocks.length - 1] = added(block, delta)
    },
    stop() {
      const block = blocks.at(-1)
      if (block && 'input' in block && json !== '')
        blocks[blocks.length - 1] = { ...block, input: JSON.parse(json) }
    },
  }
}

function added(block: OutBlock, delta: BlockDelta): OutBlock {
  if (block.type === 'text') {
    if (delta.type === 'text_delta') return { ...block, text: block.text + delta.text }
    if (delta.type === 'citations_delta')
      return { ...block, citations: [...(block.citations ?? []), delta.citation] }
  }
  if (block.type === 'thinking') {
    if (delta.type === 'thinking_delta') return { ...block, thinking: block.thinking + delta.thinking }
    if (delta.type === 'signature_delta') return { ...block, signature: delta.signature }
  }
  return block
}

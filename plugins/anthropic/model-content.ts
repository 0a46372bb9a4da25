import type { Part } from '../../core/canonical.ts'
import {
  isRecord,
  optional,
  required,
  toFilledText,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'
import { signed } from '../../core/codec/signatures.ts'
import { type Block, type BlockReader, readBlocks, readText } from './blocks-in.ts'
import { type Sealed, unseal } from './envelope.ts'
import type { Surroundings } from './messages.ts'
import { fromPicture } from './pictures.ts'
import { readToolId } from './tool-ids.ts'

/** What the model said earlier, in Google's parts, with the signatures that its blocks and ids carry. */
export function readModelContent(content: unknown, param: string, around: Surroundings): Part[] {
  let pending: string | undefined

  function open(sealed: Sealed | undefined, text: string): Part[] {
    if (sealed?.call !== undefined) pending = sealed.call
    if (sealed?.part) return [sealed.part]
    if (sealed?.thought !== undefined && text !== '')
      return [{ text, thought: true, thoughtSignature: sealed.thought }]
    return []
  }

  function readThinking(block: Block, place: string): Part[] {
    const text = required(block, 'thinking', toText, `${place}.thinking`)
    return open(unsealed(block.signature, around), text)
  }

  function readToolUse(block: Block, place: string): Part[] {
    const stated = readToolId(required(block, 'id', toFilledText, `${place}.id`))
    const name = around.names.toGemini(required(block, 'name', toFilledText, `${place}.name`))
    const args = optional(block, 'input', toRecord, `${place}.input`) ?? {}
    const own = stated.family === around.family ? stated.signature : undefined
    const part = signed({ functionCall: { id: stated.id, name, args } }, own ?? pending)
    pending = undefined
    return [part]
  }

  return readBlocks(content, param, {
    text: (block, place) => [fromPicture(block.text) ?? readText(block, place)],
    thinking: readThinking,
    redacted_thinking: ({ data }) => open(unsealed(data, around), ''),
    tool_use: readToolUse,
    server_tool_use: readServerToolUse,
    code_execution_tool_result: readCodeResult,
    compaction: ({ content: summary }) => (typeof summary === 'string' ? [{ text: summary }] : []),
    ...LEFT_OUT,
  })
}

function unsealed(text: unknown, { family, notes }: Surroundings): Sealed | undefined {
  const sealed = unseal(text, family)
  if (!sealed) notes.push('thinking: blocks that another model signed are left out')
  return sealed
}

/** What Google ran of its own accord; of a search only the words that came of it matter. */
function readServerToolUse({ name, input }: Block): Part[] {
  if (name !== 'code_execution' || !isRecord(input)) return []
  return [{ executableCode: { language: 'PYTHON', code: String(input.code ?? '') } }]
}

function readCodeResult({ content }: Block): Part[] {
  if (!isRecord(content) || content.type !== 'code_execution_result') return []
  const failed = content.return_code !== 0
  const output = String((failed ? content.stderr : content.stdout) ?? '')
  return [{ codeExecutionResult: { outcome: failed ? 'OUTCOME_FAILED' : 'OUTCOME_OK', output } }]
}

/** Results of Anthropic's own tools: what the model made of them is in its words. */
const LEFT_OUT: Readonly<Record<string, BlockReader<Part>>> = Object.fromEntries(
  [
    'advisor_tool_result',
    'bash_code_execution_tool_result',
    'fallback',
    'mcp_tool_result',
    'mcp_tool_use',
    'text_editor_code_execution_tool_result',
    'tool_search_tool_result',
    'web_fetch_tool_result',
    'web_search_tool_result',
  ].map((type) => [type, () => []]),
)

import type { Part } from '../../core/canonical.ts'
import type { ToolResult } from '../../core/codec/conversation.ts'
import { optional, required, toBoolean, toFilledText, toText } from '../../core/codec/request-values.ts'
import { toResponse } from '../../core/codec/tool-response.ts'
import { type Block, readBlocks, readText } from './blocks-in.ts'
import type { Surroundings } from './messages.ts'
import { readDocument, readImage, readSearchResult } from './sources.ts'
import { readToolId } from './tool-ids.ts'

/** What a tool answered: its words as Google's response object, pictures within it where the model takes them. */
export function readToolResult(block: Block, param: string, { traits }: Surroundings): ToolResult {
  const { id } = readToolId(required(block, 'tool_use_id', toFilledText, `${param}.tool_use_id`))
  const isError = optional(block, 'is_error', toBoolean, `${param}.is_error`) ?? false
  const parts = optional(block, 'content', readContent, `${param}.content`) ?? []
  const text = parts.flatMap((part) => part.text ?? []).join('\n')
  const media = parts.filter((part) => part.text === undefined)
  return {
    id,
    name: undefined,
    text,
    response: isError ? { error: text } : toResponse(text),
    ...(traits.responseParts ? { parts: media } : { beside: media }),
  }
}

function readContent(content: unknown, param: string): Part[] {
  return readBlocks(content, param, {
    text: (block, place) => [readText(block, place)],
    image: readImage,
    document: readDocument,
    search_result: readSearchResult,
    tool_reference: (block, place) => [
      { text: `Tool: ${required(block, 'tool_name', toText, `${place}.tool_name`)}` },
    ],
  })
}

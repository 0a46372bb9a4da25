import type { Part } from '../../../core/canonical.ts'
import type { Said, ToolResult } from '../../../core/codec/conversation.ts'
import { toBase64 } from '../../../core/codec/media.ts'
import {
  isRecord,
  optional,
  refuse,
  required,
  shown,
  toFilledText,
  toRecord,
  toText,
} from '../../../core/codec/request-values.ts'
import { signed } from '../../../core/codec/signatures.ts'
import { toResponse } from '../../../core/codec/tool-response.ts'
import type { ModelTraits } from '../../../core/models.ts'
import type { FunctionNames } from '../../../core/schema-compiler/function-names.ts'
import { signatureIn } from '../signatures.ts'
import { toArgs } from '../tool-messages.ts'
import { summaryIn, unsealed } from './envelope.ts'
import type { Item } from './item.ts'
import { toContentParts, toContentTexts } from './item-content.ts'
import { fullName } from './told-tools.ts'

/** What is needed to read items, and where their notes go. */
export interface ItemReading {
  readonly traits: ModelTraits
  readonly names: FunctionNames
  /** A call's id → the signature that an envelope carries for it. */
  readonly signatures: ReadonlyMap<string, string>
  readonly notes: string[]
}

/** The system's words, or something that was said; nothing for an item that says nothing to the model. */
export type ReadItem = Said | { readonly role: 'system'; readonly parts: readonly Part[] } | undefined

type ItemReader = (item: Item, param: string, reading: ItemReading) => ReadItem

/** How each kind of item is read; other kinds say nothing to Gemini. */
export const ITEM_READERS: Readonly<Record<string, ItemReader>> = {
  message: readMessage,
  function_call: (item, param, reading) => {
    const text = optional(item, 'arguments', toText, `${param}.arguments`) ?? ''
    return toCall(item, param, nameOf(item, param), toArgs(text, reading.notes), reading)
  },
  custom_tool_call: (item, param, reading) => {
    const input = required(item, 'input', toText, `${param}.input`)
    return toCall(item, param, nameOf(item, param), { input }, reading)
  },
  local_shell_call: (item, param, reading) =>
    toCall(item, param, 'local_shell', withoutNulls(item.action, ['type']), reading),
  shell_call: (item, param, reading) => toCall(item, param, 'shell', withoutNulls(item.action), reading),
  apply_patch_call: (item, param, reading) =>
    toCall(item, param, 'apply_patch', withoutNulls(item.operation), reading),
  function_call_output: readOutput,
  custom_tool_call_output: readOutput,
  local_shell_call_output: readOutput,
  shell_call_output: (item, param) => toResult(item, param, JSON.stringify({ output: item.output ?? [] })),
  apply_patch_call_output: (item, param) =>
    toResult(item, param, JSON.stringify({ status: item.status, output: item.output ?? undefined })),
  reasoning: ({ encrypted_content }) => fromModel(unsealed(encrypted_content)?.parts ?? []),
  web_search_call: (item) => fromModel(partsIn(item)),
  code_interpreter_call: readCode,
  image_generation_call: readPicture,
  compaction: readCompaction,
}

function readMessage(item: Item, param: string, { traits }: ItemReading): ReadItem {
  const role = required(item, 'role', toText, `${param}.role`)
  const place = `${param}.content`
  switch (role) {
    case 'system':
    case 'developer':
      return {
        role: 'system',
        parts: required(item, 'content', (content, at) => toContentTexts(content, at, traits), place).map(
          (text) => ({ text }),
        ),
      }
    case 'user':
      return {
        role: 'user',
        parts: required(item, 'content', (content, at) => toContentParts(content, at, traits), place),
      }
    case 'assistant':
      return fromModel(
        signedLast(
          optional(item, 'content', (content, at) => toContentParts(content, at, traits), place) ?? [],
          signatureIn(item),
        ),
      )
    default:
      return refuse(
        'invalid_value',
        `${param}.role`,
        `'${param}.role' must be one of 'system', 'developer', 'user', 'assistant', not ${shown(role)}`,
      )
  }
}

/** A signature belongs to the last part; alone it travels on an empty text. */
function signedLast(parts: readonly Part[], signature: string | undefined): Part[] {
  if (signature === undefined) return [...parts]
  return [...parts.slice(0, -1), signed(parts.at(-1) ?? { text: '' }, signature)]
}

const fromModel = (parts: readonly Part[]): ReadItem =>
  parts.length > 0 ? { role: 'model', parts } : undefined

function nameOf(item: Item, param: string): string {
  const name = required(item, 'name', toFilledText, `${param}.name`)
  return fullName({ name, namespace: optional(item, 'namespace', toFilledText, `${param}.namespace`) })
}

function toCall(
  item: Item,
  param: string,
  name: string,
  args: unknown,
  { names, signatures }: ItemReading,
): ReadItem {
  const id = callIdOf(item, param)
  const functionCall = { id, name: names.toGemini(name), args }
  return { role: 'model', parts: [signed({ functionCall }, signatureIn(item) ?? signatures.get(id))] }
}

/** The outputs of OpenAI's first shell tool name their call by `id`. */
function callIdOf(item: Item, param: string): string {
  const name = item.call_id == null && item.type === 'local_shell_call_output' ? 'id' : 'call_id'
  return required(item, name, toFilledText, `${param}.${name}`)
}

function withoutNulls(value: unknown, without: readonly string[] = []): Record<string, unknown> {
  const entries = Object.entries(isRecord(value) ? value : {})
  return Object.fromEntries(entries.filter(([name, each]) => each !== null && !without.includes(name)))
}

function readOutput(item: Item, param: string, { traits }: ItemReading): ReadItem {
  const parts = required(
    item,
    'output',
    (output, at) => toContentParts(output, at, traits),
    `${param}.output`,
  )
  const text = parts.flatMap((part) => part.text ?? []).join('\n')
  const media = parts.filter((part) => part.text === undefined)
  if (media.length === 0) return toResult(item, param, text)
  return toResult(item, param, text, traits.responseParts ? { parts: media } : { beside: media })
}

function toResult(
  item: Item,
  param: string,
  text: string,
  media: Pick<ToolResult, 'parts' | 'beside'> = {},
): ReadItem {
  const result = { id: callIdOf(item, param), name: undefined, text, response: toResponse(text), ...media }
  return { role: 'user', results: [result], parts: [] }
}

/** What Google's own tools did, where an item of this gateway brings it back. */
function partsIn({ extra_content }: Item): Part[] {
  const google = isRecord(extra_content) ? extra_content.google : undefined
  const parts = isRecord(google) ? google.parts : undefined
  return Array.isArray(parts) ? (parts.filter(isRecord) as Part[]) : []
}

/** Code that the model ran, with what it printed where that was told. */
function readCode(item: Item): ReadItem {
  const { code, outputs } = item
  if (typeof code !== 'string') return undefined
  const logs = (Array.isArray(outputs) ? outputs : []).flatMap((each) =>
    isRecord(each) ? (each.logs ?? []) : [],
  )
  const ran = { executableCode: { language: 'PYTHON', code } }
  const result = { codeExecutionResult: { outcome: 'OUTCOME_OK', output: logs.join('') } }
  return { role: 'model', parts: [signed(ran, signatureIn(item)), result] }
}

function readPicture(item: Item, param: string): ReadItem {
  const data = optional(item, 'result', toFilledText, `${param}.result`)
  if (data === undefined) return undefined
  const format = optional(item, 'output_format', toText, `${param}.output_format`) ?? 'png'
  const inlineData = { mimeType: `image/${format}`, data: toBase64(data, `${param}.result`) }
  return { role: 'model', parts: [signed({ inlineData }, signatureIn(item))] }
}

function readCompaction(item: Item, param: string, { notes }: ItemReading): ReadItem {
  const words = summaryIn(
    required(toRecord(item, param), 'encrypted_content', toText, `${param}.encrypted_content`),
  )
  if (words !== undefined) return { role: 'user', parts: [{ text: words }] }
  notes.push("input: a compaction that is not this gateway's is left out")
  return undefined
}

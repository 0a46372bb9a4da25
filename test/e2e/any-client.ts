import type OpenAI from 'openai'
import { anthropicAt } from './anthropic-client.ts'
import { openAiAt } from './openai-client.ts'
import { type NativeMessage, readAnswer, type Scene } from './scene.ts'

/** The protocols in which generations are asked for. */
export const PROTOCOLS = ['chat', 'responses', 'messages', 'gemini'] as const
/** One of them. */
export type AnyProtocol = (typeof PROTOCOLS)[number]
/** How an answer may come. */
export const FORMS = ['whole', 'stream'] as const
/** One of them. */
export type AnyForm = (typeof FORMS)[number]

/** A question in no protocol's terms. */
export interface AnyQuestion {
  readonly model: string
  /** The client wants to read thoughts. */
  readonly thoughts?: boolean
  /** Names of functions without parameters. */
  readonly functions?: readonly string[]
  /** By the protocol's own tool. */
  readonly search?: boolean
}

/** What an SDK, or for Google's own protocol a plain request, made of the answer. */
export interface AnyAnswer {
  readonly status: number
  readonly text: string
  readonly thoughts: string
  readonly calls: readonly string[]
  /** The pages that the answer cites. */
  readonly cited: readonly string[]
  readonly notes: string
  /** All of it, or the error. */
  readonly raw: string
}

/** Asks in a protocol. An error of the gateway's is an answer too. */
export async function askAnyhow(
  scene: Scene,
  protocol: AnyProtocol,
  form: AnyForm,
  question: AnyQuestion,
): Promise<AnyAnswer> {
  try {
    return await ASK[protocol](scene, form, question)
  } catch (thrown) {
    const { status = 0, headers, error } = thrown as { status?: number; headers?: Headers; error?: unknown }
    if (status === 0) throw thrown
    return { ...NOTHING, status, notes: notesOf(headers), raw: JSON.stringify(error) }
  }
}

const NOTHING = { text: '', thoughts: '', calls: [], cited: [] }
const SAY = 'Say hello'
const notesOf = (headers: Headers | undefined) => headers?.get('x-geminate-notes') ?? ''

type Ask = (scene: Scene, form: AnyForm, question: AnyQuestion) => Promise<AnyAnswer>

const ASK: Readonly<Record<AnyProtocol, Ask>> = {
  chat: askChat,
  responses: askResponses,
  messages: askMessages,
  gemini: askGemini,
}

interface ChatMessage {
  readonly content?: string | null
  readonly reasoning_content?: string
  readonly tool_calls?: readonly { readonly function?: { readonly name?: string } }[]
  readonly annotations?: readonly { readonly url_citation: { readonly url: string } }[]
}

async function askChat(scene: Scene, form: AnyForm, question: AnyQuestion): Promise<AnyAnswer> {
  const { completions } = openAiAt(scene).chat
  const body: OpenAI.ChatCompletionCreateParamsNonStreaming = {
    model: question.model,
    messages: [{ role: 'user', content: SAY }],
    ...(question.thoughts && { reasoning_effort: 'low' }),
    ...(question.functions && {
      tools: question.functions.map((name) => ({ type: 'function' as const, function: { name } })),
    }),
    ...(question.search && { web_search_options: {} }),
  }
  const pieces: ChatMessage[] = []
  let response: Response
  let raw = ''
  if (form === 'whole') {
    const answer = await completions.create(body).withResponse()
    response = answer.response
    raw = JSON.stringify(answer.data)
    pieces.push(...answer.data.choices.map(({ message }) => message as ChatMessage))
  } else {
    const answer = await completions.create({ ...body, stream: true }).withResponse()
    response = answer.response
    for await (const chunk of answer.data) {
      raw += JSON.stringify(chunk)
      pieces.push(...chunk.choices.map(({ delta }) => delta as ChatMessage))
    }
  }
  return {
    status: response.status,
    text: pieces.map(({ content }) => content ?? '').join(''),
    thoughts: pieces.map((piece) => piece.reasoning_content ?? '').join(''),
    calls: pieces.flatMap((piece) => piece.tool_calls?.map((call) => call.function?.name ?? '') ?? []),
    cited: pieces.flatMap((piece) => piece.annotations?.map((each) => each.url_citation.url) ?? []),
    notes: notesOf(response.headers),
    raw,
  }
}

async function askResponses(scene: Scene, form: AnyForm, question: AnyQuestion): Promise<AnyAnswer> {
  const { responses } = openAiAt(scene)
  const tools: OpenAI.Responses.Tool[] = [
    ...(question.functions ?? []).map((name) => ({
      type: 'function' as const,
      name,
      parameters: { type: 'object', properties: {} },
      strict: false,
    })),
    ...(question.search ? [{ type: 'web_search' as const }] : []),
  ]
  const body: OpenAI.Responses.ResponseCreateParamsNonStreaming = {
    model: question.model,
    input: SAY,
    ...(question.thoughts && { reasoning: { effort: 'low', summary: 'auto' } }),
    ...(tools.length > 0 && { tools }),
  }
  let whole: OpenAI.Responses.Response | undefined
  let response: Response
  if (form === 'whole') {
    const answer = await responses.create(body).withResponse()
    response = answer.response
    whole = answer.data
  } else {
    const answer = await responses.create({ ...body, stream: true }).withResponse()
    response = answer.response
    for await (const event of answer.data) if ('response' in event) whole = event.response
  }
  const output = whole?.output ?? []
  const content = output.flatMap((item) => (item.type === 'message' ? item.content : []))
  const texts = content.flatMap((part) => (part.type === 'output_text' ? [part] : []))
  return {
    status: response.status,
    text: texts.map(({ text }) => text).join(''),
    thoughts: output
      .flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : []))
      .join(''),
    calls: output.flatMap((item) => (item.type === 'function_call' ? [item.name] : [])),
    cited: texts.flatMap(({ annotations }) =>
      annotations.flatMap((each) => (each.type === 'url_citation' ? [each.url] : [])),
    ),
    notes: notesOf(response.headers),
    raw: JSON.stringify(whole),
  }
}

async function askMessages(scene: Scene, form: AnyForm, question: AnyQuestion): Promise<AnyAnswer> {
  const { messages } = anthropicAt(scene)
  const tools = [
    ...(question.functions ?? []).map((name) => ({ name, input_schema: { type: 'object' as const } })),
    ...(question.search ? [{ type: 'web_search_20250305' as const, name: 'web_search' as const }] : []),
  ]
  const body = {
    model: question.model,
    max_tokens: 5000,
    messages: [{ role: 'user' as const, content: SAY }],
    ...(question.thoughts && { thinking: { type: 'enabled' as const, budget_tokens: 1024 } }),
    ...(tools.length > 0 && { tools }),
  }
  const { data, response } =
    form === 'whole'
      ? await messages.create(body).withResponse()
      : await messages
          .stream(body)
          .withResponse()
          .then(async (begun) => ({ data: await begun.data.finalMessage(), response: begun.response }))
  const { content } = data
  const texts = content.flatMap((block) => (block.type === 'text' ? [block] : []))
  return {
    status: response.status,
    text: texts.map(({ text }) => text).join(''),
    thoughts: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) => (block.type === 'tool_use' ? [block.name] : [])),
    cited: texts.flatMap(({ citations }) =>
      (citations ?? []).flatMap((each) => (each.type === 'web_search_result_location' ? [each.url] : [])),
    ),
    notes: notesOf(response.headers),
    raw: JSON.stringify(data),
  }
}

interface NativeParts {
  readonly text?: string
  readonly thought?: boolean
  readonly functionCall?: { readonly name: string }
}

async function askGemini(scene: Scene, form: AnyForm, question: AnyQuestion): Promise<AnyAnswer> {
  const method = form === 'whole' ? 'generateContent' : 'streamGenerateContent?alt=sse'
  const tools = [
    ...(question.functions
      ? [{ functionDeclarations: question.functions.map((name) => ({ name })) as object[] }]
      : []),
    ...(question.search ? [{ googleSearch: {} }] : []),
  ]
  const response = await scene.post(`/v1beta/models/${question.model}:${method}`, {
    contents: [{ role: 'user', parts: [{ text: SAY }] }],
    ...(question.thoughts && { generationConfig: { thinkingConfig: { includeThoughts: true } } }),
    ...(tools.length > 0 && { tools }),
  })
  const { status, headers, text, messages } = await readAnswer(response)
  const candidates = messages.flatMap((message) => message.candidates ?? [])
  const parts = candidates.flatMap(({ content }) => (content?.parts ?? []) as readonly NativeParts[])
  return {
    status,
    text: parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join(''),
    thoughts: parts.map((part) => (part.thought ? (part.text ?? '') : '')).join(''),
    calls: parts.flatMap(({ functionCall }) => functionCall?.name ?? []),
    cited: candidates.flatMap(citedBy),
    notes: notesOf(headers),
    raw: text,
  }
}

function citedBy(candidate: NonNullable<NativeMessage['candidates']>[number]): string[] {
  const { groundingMetadata } = candidate as {
    groundingMetadata?: {
      groundingChunks?: { web: { uri: string } }[]
      groundingSupports?: { groundingChunkIndices: number[] }[]
    }
  }
  const pages = groundingMetadata?.groundingChunks ?? []
  const supports = groundingMetadata?.groundingSupports ?? []
  return supports.flatMap((support) => support.groundingChunkIndices.map((index) => pages[index]!.web.uri))
}

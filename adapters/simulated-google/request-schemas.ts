import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRecord } from './wire-fields.ts'

/** A schema as Google's discovery documents write it. */
export interface Schema {
  readonly type?: string
  readonly format?: string
  readonly $ref?: string
  readonly enum?: readonly string[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
}

/** Every message that a request may hold, by name; a message that is not here may hold anything. */
export interface RequestSchemas {
  readonly messages: Readonly<Record<string, Schema>>
  /** Whether a field that no message has is refused. */
  readonly strict: boolean
}

const list = (items: Schema): Schema => ({ type: 'array', items })
const message = ($ref: string): Schema => ({ $ref })
const text: Schema = { type: 'string' }
const anything: Schema = { type: 'any' }
const content = message('Content')

/** What is checked without a discovery document: the skeleton of the requests. */
export const BASIC_SCHEMAS: RequestSchemas = {
  strict: false,
  messages: {
    GenerateContentRequest: {
      properties: {
        contents: list(content),
        systemInstruction: content,
        tools: list(message('Tool')),
        toolConfig: message('ToolConfig'),
        safetySettings: list(message('SafetySetting')),
        generationConfig: message('GenerationConfig'),
      },
    },
    CountTokensRequest: {
      properties: { contents: list(content), generateContentRequest: message('GenerateContentRequest') },
    },
    EmbedContentRequest: { properties: { content, model: text } },
    BatchEmbedContentsRequest: { properties: { requests: list(message('EmbedContentRequest')) } },
    Content: { properties: { role: text, parts: list(message('Part')) } },
    Part: { properties: { text } },
  },
}

/** Reads `discovery-v1beta.json` in the data folder, with the fields that are newer than it. */
export function readStrictSchemas(dataFolder: string): RequestSchemas {
  const document: unknown = JSON.parse(readFileSync(join(dataFolder, 'discovery-v1beta.json'), 'utf8'))
  const found = (isRecord(document) ? document.schemas : {}) as Record<string, Schema>
  const messages = { ...found }
  for (const [name, properties] of Object.entries(NEWER_FIELDS)) {
    messages[name] = { ...found[name], properties: { ...found[name]?.properties, ...properties } }
  }
  return { messages, strict: true }
}

const number: Schema = { type: 'number', format: 'float' }
const media = { inlineData: anything, fileData: anything }

/** What the Gemini API takes and the discovery document of March 2026 does not have. */
const NEWER_FIELDS: Record<string, Record<string, Schema>> = {
  GenerateContentRequest: {
    serviceTier: text,
    store: { type: 'boolean' },
    labels: { type: 'object', additionalProperties: text },
    continuationToken: { type: 'string', format: 'byte' },
  },
  Part: { audioTranscription: anything, mediaProcessing: text, speechMetadata: anything },
  Blob: { displayName: text },
  FileData: { displayName: text },
  FunctionResponseBlob: { displayName: text },
  FunctionResponsePart: media,
  ToolCall: { toolType: text },
  ToolResponse: { toolType: text },
  GenerationConfig: {
    responseModalities: list(text),
    responseFormat: anything,
    audioTranscriptionConfig: anything,
    translationConfig: anything,
  },
  ThinkingConfig: {
    thinkingLevel: {
      type: 'string',
      enum: ['THINKING_LEVEL_UNSPECIFIED', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'],
    },
  },
  VoiceConfig: { replicatedVoiceConfig: anything, voice: anything },
  SafetySetting: { category: text },
  ComputerUse: {
    environment: text,
    enablePromptInjectionDetection: { type: 'boolean' },
    disabledSafetyPolicies: list(text),
  },
  FileSearch: { topK: number },
  EmbedContentRequest: { embedContentConfig: anything },
}

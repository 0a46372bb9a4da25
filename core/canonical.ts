/**
 * The canonical form of a call: Gemini's wire shape. Only the fields that the gateway reads are named;
 * every other field passes through untouched. Source: https://ai.google.dev/api/generate-content
 */
export interface GenerateContentRequest {
  contents?: Content[]
  systemInstruction?: Content
  tools?: Record<string, unknown>[]
  toolConfig?: Record<string, unknown>
  safetySettings?: Record<string, unknown>[]
  generationConfig?: Record<string, unknown>
  [field: string]: unknown
}

/** One turn of a conversation. `role` is `user` or `model`; absent means `user`. */
export interface Content {
  role?: string
  parts?: Part[]
}

/** One piece of a turn: exactly one data field, and modifiers. */
export interface Part {
  text?: string
  thought?: boolean
  thoughtSignature?: string
  [field: string]: unknown
}

/** A whole reply, and each chunk of a streamed one. */
export interface GenerateContentResponse {
  candidates?: Candidate[]
  promptFeedback?: PromptFeedback
  usageMetadata?: UsageMetadata
  modelVersion?: string
  responseId?: string
  [field: string]: unknown
}

/** One answer of the model. */
export interface Candidate {
  index?: number
  content?: Content
  finishReason?: string
  [field: string]: unknown
}

/** Why Google refused the prompt as a whole. */
export interface PromptFeedback {
  blockReason?: string
  blockReasonMessage?: string
  [field: string]: unknown
}

/** Token counts; in a stream they are cumulative and the last one counts. */
export interface UsageMetadata {
  promptTokenCount?: number
  cachedContentTokenCount?: number
  candidatesTokenCount?: number
  thoughtsTokenCount?: number
  toolUsePromptTokenCount?: number
  totalTokenCount?: number
  [field: string]: unknown
}

/** A model as `ListModels` describes it: https://ai.google.dev/api/models */
export interface Model {
  /** `models/gemini-…` */
  readonly name: string
  readonly displayName?: string
  readonly supportedGenerationMethods?: readonly string[]
  readonly [field: string]: unknown
}

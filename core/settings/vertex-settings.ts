import { Type } from '@sinclair/typebox'
import { UPSTREAMS } from '../keys.ts'

/** What a key says of the service that it is for. */
export const KeyUpstream = Type.Union(
  UPSTREAMS.map((name) => Type.Literal(name)),
  { description: "Google's service that it is for, which its text does not tell; gemini where absent." },
)

/**
 * Models that Vertex AI answers in express mode. Google gives these keys no list:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/vertex-ai-express-mode-api-reference
 */
const KNOWN_MODELS = [
  'gemini-3.8-flash',
  'gemini-3.7-flash',
  'gemini-3.6-flash',
  'gemini-3.5-flash',
  'gemini-3.5-flash-lite',
  'gemini-3.1-flash-lite',
  'gemini-3.1-pro-preview',
  'gemini-3-pro-image',
  'gemini-2.5-pro',
  'gemini-2.5-flash',
  'gemini-2.5-flash-lite',
  'gemini-2.5-flash-image',
]

/** Vertex AI in express mode, which takes an API key and nothing else. */
export const VertexSettings = Type.Object(
  {
    baseUrl: Type.String({
      pattern: '^https?://',
      default: 'https://aiplatform.googleapis.com',
      description: 'Without the version, which each call brings.',
    }),
    headers: Type.Record(Type.String(), Type.String(), {
      default: {},
      description: 'Added to every call of Vertex.',
    }),
    models: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description:
        'Models, with * for any text, that keys of Vertex answer whatever the path and the protocol.',
    }),
    listed: Type.Array(Type.String({ minLength: 1 }), {
      default: KNOWN_MODELS,
      description:
        "What is listed as Vertex's models beside the names in models: Google has no list for these keys.",
    }),
  },
  { additionalProperties: false, default: {} },
)

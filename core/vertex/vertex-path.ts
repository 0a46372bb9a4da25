/** What a path of the Gemini API asks of a model. */
export interface ModelMethod {
  /** `v1beta` */
  readonly version: string
  readonly model: string
  /** `generateContent` */
  readonly method: string
  /** With its question mark; '' where there is none. */
  readonly query: string
}

const PATH = /^\/(v1\w*)\/models\/([^/:?]+):([A-Za-z]+)(\?.*)?$/

/** Undefined where the path is of something else. */
export function readModelMethod(path: string): ModelMethod | undefined {
  const [, version, model, method, query = ''] = PATH.exec(path) ?? []
  if (version === undefined || model === undefined || method === undefined) return undefined
  return { version, model: decodeURIComponent(model), method, query }
}

/**
 * The same method at Vertex AI in express mode:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/vertex-ai-express-mode-api-reference
 */
export function toVertexPath({ version, model, method, query }: ModelMethod): string {
  // Vertex has these two versions; the Gemini API's preview versions are nearest to its own preview.
  const own = version === 'v1' ? 'v1' : 'v1beta1'
  return `/${own}/publishers/google/models/${encodeURIComponent(model)}:${method}${query}`
}

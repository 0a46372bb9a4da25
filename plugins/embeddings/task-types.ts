import { refuse, shown, toText } from '../../core/codec/request-values.ts'

/** What others call the kinds of use that Google has: Cohere, Voyage, NVIDIA, Jina. */
const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    query: 'RETRIEVAL_QUERY',
    search_query: 'RETRIEVAL_QUERY',
    'retrieval.query': 'RETRIEVAL_QUERY',
    document: 'RETRIEVAL_DOCUMENT',
    passage: 'RETRIEVAL_DOCUMENT',
    search_document: 'RETRIEVAL_DOCUMENT',
    'retrieval.passage': 'RETRIEVAL_DOCUMENT',
    'text-matching': 'SEMANTIC_SIMILARITY',
    separation: 'CLUSTERING',
  }),
)

/** Google's own, in either case. https://ai.google.dev/gemini-api/docs/embeddings#task-types */
const OWN = [
  'SEMANTIC_SIMILARITY',
  'CLASSIFICATION',
  'CLUSTERING',
  'RETRIEVAL_DOCUMENT',
  'RETRIEVAL_QUERY',
  'QUESTION_ANSWERING',
  'FACT_VERIFICATION',
  'CODE_RETRIEVAL_QUERY',
]

/** The fields that may say what vectors are for; none is of OpenAI's own. */
export const TASK_FIELDS = ['task_type', 'taskType', 'input_type'] as const

/** Google's `taskType`, from the first field that states one; undefined where none does. */
export function toTaskType(body: Readonly<Record<string, unknown>>): string | undefined {
  const field = TASK_FIELDS.find((name) => body[name] !== undefined && body[name] !== null)
  if (field === undefined) return undefined
  const stated = toText(body[field], field)
  const known = NAMES.get(stated.toLowerCase()) ?? OWN.find((name) => name === stated.toUpperCase())
  if (known !== undefined) return known
  const list = [...OWN, ...NAMES.keys()].join(', ')
  return refuse('invalid_value', field, `'${field}' must be one of ${list}, not ${shown(stated)}`)
}

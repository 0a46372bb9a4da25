import { type Static, Type } from '@sinclair/typebox'
import { toModelName } from '../../core/codec/model-names.ts'

const GEMINI = 'gemini-embedding-001'

const Alias = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object(
    {
      model: Type.String({ minLength: 1 }),
      dimensions: Type.Optional(Type.Integer({ minimum: 1, description: 'Where the client states none.' })),
    },
    { additionalProperties: false },
  ),
])

/** OpenAI's names stand for a model of Google's with vectors of the size that OpenAI's has. */
export const Aliases = Type.Record(Type.String(), Alias, {
  default: {
    'text-embedding-3-small': { model: GEMINI, dimensions: 1536 },
    'text-embedding-3-large': { model: GEMINI, dimensions: 3072 },
    'text-embedding-ada-002': { model: GEMINI, dimensions: 1536 },
  },
  description: 'A name that clients use → the model that answers, or { model, dimensions }.',
})

/** The setting, checked. */
export type Aliases = Static<typeof Aliases>

/** The model that answers, as Google names it, and the size of its vectors where an alias states one. */
export function toModel(
  stated: string,
  aliases: Aliases,
): { readonly model: string; readonly dimensions?: number } {
  const names = [stated, stated.replace(/^(openai|models)\//, '')]
  const alias = names.find((name) => Object.hasOwn(aliases, name))
  const found = alias === undefined ? stated : aliases[alias]!
  const meant = typeof found === 'string' ? { model: found } : found
  return { ...meant, model: toModelName(meant.model) }
}

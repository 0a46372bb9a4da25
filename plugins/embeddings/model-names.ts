import { type Static, Type } from '@sinclair/typebox'
import { GatewayError } from '../../core/errors.ts'
import { refuse } from './refuse.ts'

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
  stated: unknown,
  aliases: Aliases,
): { readonly model: string; readonly dimensions?: number } {
  if (stated === undefined || stated === null)
    return refuse('model', "Missing required parameter: 'model'", 'missing_required_parameter')
  if (typeof stated !== 'string') return refuse('model', "'model' must be a string", 'invalid_type')
  const name = withoutPrefix(stated)
  const alias = [stated, name].find((each) => Object.hasOwn(aliases, each))
  const found = alias === undefined ? name : aliases[alias]!
  const meant = typeof found === 'string' ? { model: found } : found
  const model = withoutPrefix(meant.model)
  if (!/^(?:tunedModels\/)?[\w.:@~+-]{1,200}$/.test(model) || /^\.+$/.test(model)) throw noSuchModel(stated)
  return { ...meant, model }
}

/** Some clients put Google's collection or a vendor before a name. */
function withoutPrefix(name: string): string {
  return name.replace(/^(?:(?:models|google|gemini|openai)\/)+/, '')
}

function noSuchModel(stated: string): GatewayError {
  return new GatewayError('not_found', `The model '${stated.slice(0, 60)}' does not exist`, {
    code: 'model_not_found',
    param: 'model',
  })
}

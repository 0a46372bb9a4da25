import { type Static, Type } from '@sinclair/typebox'
import { THINKING_LEVELS } from '../models.ts'

const open = { additionalProperties: false }

const Flag = (description: string) => Type.Optional(Type.Boolean({ description }))

const Thinking = Type.Union(
  [
    Type.Literal(false),
    Type.Object(
      {
        levels: Type.Array(Type.Union(THINKING_LEVELS.map((level) => Type.Literal(level))), {
          minItems: 1,
          description: 'The levels that it has, least first.',
        }),
      },
      open,
    ),
    Type.Object(
      {
        leastTokens: Type.Integer({ minimum: 0, description: '0 where thinking can be switched off.' }),
        mostTokens: Type.Integer({ minimum: 1 }),
      },
      open,
    ),
  ],
  { description: 'How much it is to think: by a level, by tokens, or not at all (false).' },
)

/** What models take, where the gateway's own table is behind Google: https://ai.google.dev/gemini-api/docs/models */
export const ModelSettings = Type.Record(
  Type.String({ minLength: 1 }),
  Type.Object(
    {
      thinking: Type.Optional(Thinking),
      systemInstruction: Flag('Has a place for what the system says.'),
      schemas: Type.Optional(
        Type.Union([Type.Literal('json'), Type.Literal('openapi')], {
          description: 'The richest form of a schema that it takes.',
        }),
      ),
      maxOutputTokens: Type.Optional(Type.Integer({ minimum: 1, description: 'The most that it writes.' })),
      penalties: Flag('Takes frequency and presence penalties.'),
      candidates: Flag('Makes several candidates of one request.'),
      partResolution: Flag('Takes a resolution for each picture.'),
      responseParts: Flag('Takes pictures in what functions answer.'),
      mixedTools: Flag("Takes functions beside Google's own tools."),
      jsonBesideFunctions: Flag('Takes functions beside an answer in JSON.'),
      search: Flag('Answers by Google Search.'),
      pictures: Flag('Makes pictures.'),
      signatures: Flag('Refuses calls that come back without their thought signature.'),
      cacheTokens: Type.Optional(
        Type.Integer({ minimum: 1, description: 'Tokens from which on Google caches how prompts begin.' }),
      ),
      fetchesUrls: Flag('Gets what an https address holds by itself.'),
      shutdown: Type.Optional(
        Type.String({ pattern: '^\\d{4}-\\d{2}(-\\d{2})?$', description: 'The day on which it ends.' }),
      ),
      successor: Type.Optional(
        Type.String({ minLength: 1, description: 'The model that Google names in its place.' }),
      ),
    },
    open,
  ),
  {
    default: {},
    description:
      'Model, with * for any text → what it takes where the gateway has it wrong; later ones go first.',
  },
)

/** The setting `models`. */
export type ModelSettings = Static<typeof ModelSettings>

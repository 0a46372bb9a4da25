import { Type } from '@sinclair/typebox'
import { toAnyPattern } from '../../core/models/model-pattern.ts'
import { definePlugin } from '../../core/plugin.ts'
import { toPieces } from './pieces.ts'

const options = Type.Object(
  {
    models: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Models whose streams are made of one whole answer; * stands for anything',
    }),
    heartbeatSeconds: Type.Number({
      default: 3,
      minimum: 0.05,
      maximum: 60,
      description: 'How often a client that waits gets a sign of life, the first when this has passed once',
    }),
    pieceCharacters: Type.Integer({
      default: 200,
      minimum: 1,
      description: 'About how long the pieces are in which the text is told',
    }),
  },
  { additionalProperties: false },
)

/** Streams that are made of one whole answer, for models and networks that stream badly. */
export default definePlugin({
  name: 'fake-stream',
  api: 1,
  description:
    'Asks Google for a whole answer and tells it as a stream, with heartbeats until it comes; for chosen models.',
  options,
  setup({ models, heartbeatSeconds, pieceCharacters }) {
    if (models.length === 0) return {}
    const isChosen = toAnyPattern(models)
    return {
      when: ({ operation, stream, model }) => stream && operation === 'generateContent' && isChosen(model),
      request: (call) => ({ ...call, whole: { heartbeatSeconds } }),
      chunk: (whole) => toPieces(whole, pieceCharacters),
    }
  },
})

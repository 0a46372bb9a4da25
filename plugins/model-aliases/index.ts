import { Type } from '@sinclair/typebox'
import { definePlugin } from '../../core/plugin.ts'
import { createModelNaming } from './naming.ts'
import { refuseOddNames } from './refuse-odd-names.ts'
import { createSuccessorNaming } from './successors.ts'

const Names = (description: string) =>
  Type.Record(Type.String({ minLength: 1 }), Type.String({ minLength: 1 }), { default: {}, description })

const options = Type.Object(
  {
    aliases: Names(
      'A name → the model that answers to it, perhaps with suffixes; * stands for anything, the first that fits holds. A name of a model of Google’s redirects it',
    ),
    renames: Names('A model → its new name, which takes its place; the old one is refused'),
    hidden: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Models that are not listed, and refused; * stands for anything',
    }),
    successors: Names(
      'A model → the one that clients are told to use in its place; * stands for anything. These go before those that Geminate knows',
    ),
  },
  { additionalProperties: false },
)

/** Other names for models, fewer models, and what takes the place of those that Google retires. */
export default definePlugin({
  name: 'model-aliases',
  api: 1,
  description:
    'Gives models other names, hides and redirects them, and names the successors of retired ones.',
  options,
  setup({ successors, ...naming }) {
    refuseOddNames(naming)
    const names = createModelNaming(naming)
    const succession = createSuccessorNaming(successors, names)
    return {
      ...(!names.isPlain && { modelOf: names.modelOf }),
      models: (models) => succession.list(names.list(models)),
      error: (error, { model }) => succession.error(error, model),
    }
  },
})

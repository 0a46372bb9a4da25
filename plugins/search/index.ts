import { Type } from '@sinclair/typebox'
import { toAnyPattern } from '../../core/models/model-pattern.ts'
import { traitsOf } from '../../core/models.ts'
import { definePlugin } from '../../core/plugin.ts'
import { createLinks } from './links.ts'
import { withSearch } from './with-search.ts'

const SUFFIX = '-search'

const options = Type.Object(
  {
    models: Type.Array(Type.String({ minLength: 1 }), {
      default: ['*'],
      description: 'Models that are listed with -search too; * stands for anything',
    }),
    links: Type.Boolean({
      default: false,
      description: 'Puts the pages that an answer leans on below its text, in place of citations',
    }),
    force: Type.Boolean({
      default: false,
      description:
        'Where a model takes no search beside functions or JSON, these are left out and not the search',
    }),
  },
  { additionalProperties: false },
)

/** The protocol whose clients say `googleSearch` themselves. */
const NATIVE = 'gemini'

/** Google Search for every protocol: by names of models that end with `-search`, and by a tool named `googleSearch`. */
export default definePlugin({
  name: 'search',
  api: 1,
  description:
    'Grounds answers by Google Search: names with -search, a tool named googleSearch; links by option.',
  options,
  setup({ models, links, force }) {
    const isListed = toAnyPattern(models)
    const told = createLinks()
    return {
      suffixes: {
        [SUFFIX]({ name, supportedGenerationMethods: methods }) {
          const model = name.replace(/^models\//, '')
          const generates = methods?.includes('generateContent') ?? true
          return generates && traitsOf(model).search && isListed(model)
        },
      },
      when: ({ operation, protocol, suffixes }) =>
        operation === 'generateContent' && (protocol !== NATIVE || (suffixes?.includes(SUFFIX) ?? false)),
      request: (call) => withSearch(call, call.suffixes?.includes(SUFFIX) ? SUFFIX : undefined, force),
      ...(links && {
        reply: (reply, call) => told.reply(reply, call),
        chunk: (chunk, call) => told.chunk(chunk, call),
      }),
    }
  },
})

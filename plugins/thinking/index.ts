import { type Static, Type } from '@sinclair/typebox'
import type { Model } from '../../core/canonical.ts'
import { byPattern } from '../../core/models/by-pattern.ts'
import { EFFORTS, traitsOf } from '../../core/models.ts'
import { definePlugin } from '../../core/plugin.ts'
import { withThinking } from './amount.ts'
import { createShownThoughts } from './shown-thoughts.ts'
import { isOfThinking, SUFFIXES } from './suffixes.ts'

const Amount = Type.Union([Type.Integer({ minimum: -1 }), ...EFFORTS.map((effort) => Type.Literal(effort))])
const Display = Type.Union([Type.Literal('show'), Type.Literal('hide'), Type.Literal('inline')])

const options = Type.Object(
  {
    models: Type.Record(Type.String(), Amount, {
      default: {},
      description:
        'How hard models think where a request says nothing of it: a pattern → a number of tokens (-1 is up to the model), or none, minimal, low, medium, high, xhigh, max; the first that fits holds',
    }),
    thoughts: Type.Record(Type.String(), Display, {
      default: {},
      description:
        'What clients see of thoughts: a pattern → show (asked for), hide, or inline (in the text, between <think> and </think>); models without a pattern as the request asks',
    }),
    force: Type.Boolean({
      default: false,
      description: 'Suffixes and models go before what a request itself states',
    }),
  },
  { additionalProperties: false },
)

/** This plugin's part of the config. */
export type ThinkingOptions = Static<typeof options>

/** How hard models think, by suffixes and by the config, and what clients see of it; for every protocol. */
export default definePlugin({
  name: 'thinking',
  api: 1,
  description:
    'Names of models with -thinking, -nothinking, -low, -medium or -high; thinking per model; thoughts shown, hidden or in the text.',
  options,
  setup({ models, thoughts, force }) {
    const wishes = { amountOf: byPattern(models), displayOf: byPattern(thoughts), force }
    const shown = createShownThoughts(wishes.displayOf)
    return {
      suffixes: Object.fromEntries(SUFFIXES.map((suffix) => [suffix, canThink])),
      when: ({ operation, model, suffixes }) =>
        operation === 'generateContent' &&
        (isOfThinking(suffixes) ||
          wishes.amountOf(model) !== undefined ||
          wishes.displayOf(model) !== undefined),
      request: (call) => withThinking(call, wishes),
      reply: (reply, call) => shown.reply(reply, call),
      chunk: (chunk, call) => shown.chunk(chunk, call),
    }
  },
})

function canThink({ name, supportedGenerationMethods: methods }: Model): boolean {
  const takes = traitsOf(name.replace(/^models\//, '')).thinking !== undefined
  return takes && (methods?.includes('generateContent') ?? true)
}

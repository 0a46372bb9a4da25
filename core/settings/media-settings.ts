import { Type } from '@sinclair/typebox'

const open = { additionalProperties: false }

/** How pictures and files that clients name by address are fetched, and every other address that plugins ask for. */
export const MediaSettings = Type.Object(
  {
    fetch: Type.Union([Type.Literal('gateway'), Type.Literal('google'), Type.Literal('off')], {
      default: 'gateway',
      description:
        'Who fetches pictures and files that clients name by address; google where the model does that.',
    }),
    http: Type.Boolean({ default: false, description: 'Fetches plain http addresses too.' }),
    maxMegabytes: Type.Number({
      exclusiveMinimum: 0,
      default: 20,
      description: 'The largest file that is fetched.',
    }),
    timeoutSeconds: Type.Number({
      exclusiveMinimum: 0,
      maximum: 3600,
      default: 20,
      description: 'How long fetching one may take in all.',
    }),
    onFailure: Type.Union([Type.Literal('auto'), Type.Literal('refuse'), Type.Literal('note')], {
      default: 'auto',
      description:
        'What becomes of a call whose file cannot be fetched: 400, or a text in its place; auto is 400 in the last turn of the user and a text in those before.',
    }),
    allowHosts: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description:
        'Hosts, with their port where one is meant and * for any text, that are fetched from wherever they are, over plain http too.',
    }),
  },
  { ...open, default: {} },
)

import { Type } from '@sinclair/typebox'

/** How long Live sessions may be, and how many there may be. */
export const LiveSettings = Type.Object(
  {
    idleSeconds: Type.Number({
      exclusiveMinimum: 0,
      maximum: 86_400,
      default: 600,
      description: 'Silence of both sides that ends a Live session.',
    }),
    maxMinutes: Type.Number({
      exclusiveMinimum: 0,
      maximum: 10_080,
      default: 120,
      description: 'How long a Live session may last, over all its connections to Google.',
    }),
    sessionsPerProject: Type.Integer({
      minimum: 0,
      default: 0,
      description: 'Live sessions that a project may have at once; 0 finds it out by what Google refuses.',
    }),
  },
  { additionalProperties: false, default: {} },
)

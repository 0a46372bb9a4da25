import { membersOf, type Shape } from './schema-shape.ts'

/** What a setting must be, in words: `an integer from 0 to 65535`, `one of "info", "debug"`. */
export function describeShape(shape: Shape): string {
  const members = membersOf(shape)
  if (members.length > 1 && members.every((member) => 'const' in member)) {
    return `one of ${members.map((member) => JSON.stringify(member.const)).join(', ')}`
  }
  return [...new Set(members.map(describeMember))].join(' or ')
}

function describeMember(shape: Shape): string {
  if ('const' in shape) return JSON.stringify(shape.const)
  if (shape.type === 'integer') return `an integer${bounds(shape)}`
  if (shape.type === 'number') return `a number${bounds(shape)}`
  if (shape.type === 'boolean') return 'true or false'
  if (shape.type === 'string') return `text${limits(shape)}`
  if (shape.type === 'array') return `a list${lengths(shape)}`
  if (shape.type === 'object') return 'a map'
  return 'of another form'
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Shape): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  const parts = [
    minimum === undefined ? '' : ` of at least ${minimum}`,
    exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`,
    maximum === undefined ? '' : ` up to ${maximum}`,
    exclusiveMaximum === undefined ? '' : ` below ${exclusiveMaximum}`,
  ]
  return parts.filter(Boolean).join(' and')
}

function lengths({ minItems, maxItems }: Shape): string {
  if (minItems !== undefined && maxItems !== undefined) return ` of ${minItems} to ${maxItems}`
  if (minItems !== undefined) return ` of at least ${minItems}`
  return maxItems === undefined ? '' : ` of at most ${maxItems}`
}

/** As `server.basePath` states it. */
const BASE_PATH = '^$|^(/[\\w.~-]+)+$'

function limits({ minLength, maxLength, pattern }: Shape): string {
  if (pattern === '^https?://') return ' that begins with http:// or https://'
  if (pattern === BASE_PATH) return ' that begins with / and does not end with it, such as /gateway'
  if (pattern === '^sqlite:.') return ' that begins with sqlite:'
  if (pattern !== undefined) return ` that matches ${pattern}`
  if (minLength === 1) return ' that is not empty'
  if (minLength !== undefined) return ` of at least ${minLength} characters`
  return maxLength === undefined ? '' : ` of at most ${maxLength} characters`
}

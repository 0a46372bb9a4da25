import type { JsonObject } from './json-object.ts'
import { asJson, withSentences } from './sentences.ts'

/** What a schema says to its reader. */
export interface About {
  readonly title?: string
  readonly description?: string
  /** Sentences for keywords that no dialect of Gemini's has. */
  readonly says: readonly string[]
}

/** `title`, `description` and the annotations that Gemini's dialects lack, as sentences. */
export function readAbout(source: JsonObject): About {
  const { title, description } = source
  return {
    ...(typeof title === 'string' && title !== '' ? { title } : {}),
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    says: [
      ...(source.default === undefined ? [] : [`Default: ${asJson(source.default)}.`]),
      ...readExamples(source),
      ...(source.deprecated === true ? ['Deprecated.'] : []),
      ...(source.readOnly === true ? ['Read only.'] : []),
      ...(source.writeOnly === true ? ['Write only.'] : []),
      ...readDiscriminator(source.discriminator),
    ],
  }
}

function readExamples({ examples, example }: JsonObject): string[] {
  const shown = Array.isArray(examples) ? examples.slice(0, 3) : []
  if (example !== undefined) shown.unshift(example)
  return shown.length === 0 ? [] : [`For example ${shown.map(asJson).join(', ')}.`]
}

function readDiscriminator(discriminator: unknown): string[] {
  const name = (discriminator as { propertyName?: unknown } | undefined)?.propertyName
  return typeof name === 'string' ? [`${asJson(name)} tells which form it is.`] : []
}

/** True where nothing is said. */
export function isSilent(about: About): boolean {
  return about.title === undefined && about.description === undefined && about.says.length === 0
}

/** Both at once: the first title, and every description. */
export function joinAbout(a: About, b: About): About {
  const title = a.title ?? b.title
  const description = withSentences(a.description, b.description === undefined ? [] : [b.description])
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    says: [...new Set([...a.says, ...b.says])],
  }
}

/** The keywords `title` and `description`, with more sentences behind the description. */
export function writeAbout(about: About, sentences: readonly string[] = []): JsonObject {
  const description = withSentences(about.description, [...about.says, ...sentences])
  return {
    ...(about.title === undefined ? {} : { title: about.title }),
    ...(description === undefined ? {} : { description }),
  }
}

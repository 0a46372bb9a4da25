import type { JsonObject } from './json-object.ts'
import { schemaError } from './schema-error.ts'
import type { Shape } from './shape.ts'
import type { Coercion } from './values.ts'
import { writeJson } from './write-json.ts'
import { writeOpenapi } from './write-openapi.ts'
import type { Writing } from './writing.ts'
import type { Dialect } from './written.ts'

/** The sum of `maxItems` that stays as keywords; Google calls a schema with more than about 960 an invalid argument. */
const MOST_ITEMS: Record<Dialect, number> = { json: 900, openapi: 200 }
const MOST_NODES = 50_000

interface Asked {
  readonly dialect: Dialect
  note(at: string, text: string): void
}

export interface WrittenDocument {
  readonly written: JsonObject
  readonly coercions: ReadonlyMap<JsonObject, Coercion>
}

/** A shape as a document of a dialect. `root` is the source of the shape, where a reference to it is one to `#`. */
export function writeDocument(shape: Shape, root: object | undefined, asked: Asked): WrittenDocument {
  if (asked.dialect === 'openapi') return writeOpenapi(shape, root, () => createWriting(asked))
  const writing = createWriting(asked)
  return { written: writeJson(shape, root, writing), coercions: writing.coercions }
}

function createWriting({ dialect, note }: Asked): Writing {
  let nodes = 0
  let items = MOST_ITEMS[dialect]
  return {
    note,
    coercions: new Map(),
    spend,
    asJsonSchema(shape) {
      const quiet = createWriting({ dialect: 'json', note: () => {} })
      return writeJson(shape, undefined, { ...quiet, spend })
    },
    takeItems(most = 0) {
      if (most > items) return false
      items -= most
      return true
    },
  }

  function spend(at: string) {
    if (++nodes > MOST_NODES) throw schemaError(at, 'has too many parts; make it simpler')
  }
}

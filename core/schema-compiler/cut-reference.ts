import { describedForms, type Forms } from './forms.ts'
import { ANYTHING, JSON_TEXT } from './forms-of-typed.ts'
import { jsonText } from './json-text.ts'
import { allProperties } from './objects.ts'
import { resolve } from './resolve.ts'
import { createRestore, type Restore } from './restore.ts'
import { asJson } from './sentences.ts'
import type { Shape, Target } from './shape.ts'
import type { Coercion } from './values.ts'
import type { WrittenDocument } from './write-document.ts'
import type { Writing } from './writing.ts'

/** Reads the text that stands for what a target allows. */
export type DeeperRestore = (target: Target) => Coercion

interface Scissors {
  readonly writing: Writing
  readonly deeper: DeeperRestore
}

/**
 * A reference that is not followed any further: the model is asked for JSON as text. Where the target does not
 * stand around it already, its properties are named.
 */
export function cutReference(target: Target, isAround: boolean, { writing, deeper }: Scissors): Forms {
  const shape = resolve({ at: '', about: { says: [] }, core: { kind: 'reference', target } })
  if (shape.core.kind === 'any') return describedForms(shape.about, ANYTHING, writing.coercions)
  writing.note(shape.at, 'stands inside itself, or too deep; there it is asked for as JSON text')
  const about = { says: [sayCut(target.name, isAround ? undefined : shape)] }
  return { forms: [{ ...JSON_TEXT, about, coercion: deeper(target) }], isNullable: false, says: [] }
}

function sayCut(name: string, shape: Shape | undefined): string {
  const objects = shape?.core.kind === 'typed' ? shape.core.objects : undefined
  const names = objects === undefined ? [] : [...allProperties(objects).keys()]
  const list = names.length === 0 ? '' : ` with ${names.map(asJson).join(', ')}`
  return `Another ${asJson(name)}${list}, written as JSON text.`
}

/**
 * The model sees the same forms around the text, so the JSON in it may itself hold texts that stand for
 * something else. `write` makes the document of a target; it is asked when such a text comes.
 */
export function createDeeperRestore(write: (target: Target) => WrittenDocument): DeeperRestore {
  const known = new Map<Target, Restore>()
  return (target) => (text) => {
    const parsed = jsonText(text)
    return parsed && { value: restoreOf(target)(parsed.value) }
  }

  function restoreOf(target: Target): Restore {
    const made = known.get(target)
    if (made !== undefined) return made
    const { written, coercions } = write(target)
    const restore = createRestore(written, coercions)
    known.set(target, restore)
    return restore
  }
}

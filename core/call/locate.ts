import type { GenerateContentRequest } from '../canonical.ts'
import { isRecord } from '../faults/google-error.ts'
import { namesInBytes, namesInInteraction } from '../ownership/names-in-bytes.ts'
import type { Ownership } from '../ownership/ownership.ts'
import { toResourceName } from '../ownership/resource-name.ts'
import type { NativeTarget } from '../plugin.ts'
import type { Flight } from './flight.ts'

/**
 * Finds the project that a call must go to by what its path and its body name, and keeps it with the flight. Throws
 * what `Ownership.locate` throws. Returns the target with the model that only the body names.
 */
export function locate<T extends NativeTarget | undefined>(
  flight: Flight,
  target: T,
  ownership: Ownership,
): T {
  if (target?.upstream === 'vertex') return target // it has none of the resources that are kept here
  const bytes = flight.body?.bytes
  const body = bytes === undefined ? [] : [...namesInBytes(bytes)]
  const parsed = target?.modelInBody && bytes?.length ? parse(bytes) : undefined
  const { previous, perhaps } = namesInInteraction(parsed)
  for (const name of [previous, target?.uses]) if (name !== undefined) body.push(name)
  body.push(...perhaps.filter((name) => ownership.find(flight.head.client, name)))
  flight.place = ownership.locate(flight.head.client, { path: target?.resource, body })
  const { model, stream } = (parsed ?? {}) as Record<string, unknown>
  if (typeof model !== 'string' || target === undefined) return target
  const named = { model: model.replace(/^models\//, ''), stream: stream === true }
  flight.head = { ...flight.head, ...named }
  return { ...target, model: named.model }
}

/** Finds the project again where a request was put together of more than the client sent, such as what was said before. */
export function locateAgain(flight: Flight, request: GenerateContentRequest, ownership: Ownership): void {
  const { place } = flight
  const known = place ? [place, ...(place.movable?.places ?? [])].map(({ name }) => name) : []
  const named = filesIn(request).filter((name) => !known.includes(name))
  if (named.length > 0) flight.place = ownership.locate(flight.head.client, { body: [...known, ...named] })
}

/** A native client's own request may be anything. */
function filesIn({ contents }: { readonly contents?: unknown }): readonly string[] {
  const parts = recordsIn(contents).flatMap((content) => recordsIn(content.parts))
  return parts.flatMap(({ fileData }) => {
    const uri = isRecord(fileData) ? fileData.fileUri : undefined
    return typeof uri === 'string' ? (toResourceName(uri) ?? []) : []
  })
}

function recordsIn(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined // Google says what is wrong with it
  }
}

import { hash } from 'node:crypto'
import type { Content, Part } from '../../core/canonical.ts'
import { isRecord } from '../../core/codec/request-values.ts'

/** Names of the places in an answer that have a signature, for one client; nothing can be read from them. */
export interface Places {
  /** A call by its id; every form in which this gateway's protocols write an id of their own is one place. */
  ofId(id: string): string
  /** A call by what it is and what was said before. */
  ofCall(before: string, call: unknown): string
  /** The text of a turn, by what was said before. */
  ofText(before: string, parts: readonly Part[]): string
  /** A picture, wherever it stands. */
  ofPicture(data: Readonly<Record<string, unknown>>): string
  /** What Google's own tools did in a turn. */
  ofTools(before: string, parts: readonly Part[]): string
}

/** The places of a client's conversations. */
export function placesOf(client: string): Places {
  const toPlace = (...facts: readonly unknown[]) => digest(JSON.stringify([client, ...facts]))
  return {
    ofId: (id) => toPlace('id', plainId(id)),
    ofCall: (before, call) => toPlace('call', before, callFacts(call)),
    ofText: (before, parts) => toPlace('text', before, outline(textIn(parts))),
    ofPicture: ({ data }) => toPlace('picture', String(data).length, digest(String(data))),
    ofTools: (before, parts) =>
      toPlace(
        'tools',
        before,
        outline(textIn(parts)),
        parts.flatMap(({ functionCall }) => callFacts(functionCall) ?? []),
      ),
  }
}

/** The id that a call of an answer gets where Google gives none; `number` counts the answer's calls. */
export function ownId(callId: string, number: number): string {
  return `call_${callId.replace(/[^A-Za-z0-9]/g, '').slice(-18)}${String(number).padStart(6, '0')}`
}

/** OpenAI's and Anthropic's codecs make ids of the same request id and the same number. */
function plainId(id: string): string {
  const [, seed, number] = /^(?:call|toolu)_([0-9a-f]{18})(\d{4,6})(?:-.*)?$/.exec(id) ?? []
  return seed === undefined ? id : `${seed} ${Number(number)}`
}

/**
 * For each content a name of all that was said before it, and one more for what comes next. Clients change what the
 * model said now and then, so of that only the calls count.
 */
export function beforeEach(contents: readonly Content[]): string[] {
  const names = ['']
  for (const content of contents) {
    const facts = (content.parts ?? []).flatMap((part) => factsOf(part, content.role))
    names.push(facts.length === 0 ? names.at(-1)! : digest(JSON.stringify([names.at(-1), facts])))
  }
  return names
}

function factsOf(part: Part, role: string | undefined): unknown[] {
  if (isRecord(part.functionCall)) return [callFacts(part.functionCall)]
  if (role === 'model') return []
  if (isRecord(part.functionResponse))
    return [part.functionResponse.name, sorted(part.functionResponse.response)]
  if (isRecord(part.inlineData)) return [part.inlineData.mimeType, String(part.inlineData.data).length]
  return typeof part.text === 'string' && part.text.trim() !== '' ? [outline(part.text.trim())] : []
}

function callFacts(call: unknown): unknown {
  return isRecord(call) ? [call.name, sorted(call.args ?? {})] : undefined
}

/** Clients write the fields of an object in an order of their own. */
function sorted(value: unknown): unknown {
  if (typeof value === 'string') return outline(value)
  if (Array.isArray(value)) return value.map(sorted)
  if (!isRecord(value)) return value
  return Object.keys(value)
    .sort()
    .map((name) => [name, sorted(value[name])])
}

/** Long texts are told apart by how they begin and end, and by their length: a conversation may have megabytes. */
function outline(text: string): unknown {
  if (text.length <= 2 * OUTLINED) return text
  return [text.length, text.slice(0, OUTLINED), text.slice(-OUTLINED)]
}

const OUTLINED = 2_048

function textIn(parts: readonly Part[]): string {
  return parts
    .map(({ text, thought }) => (thought === true || typeof text !== 'string' ? '' : text))
    .join('')
    .trim()
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 27)
}

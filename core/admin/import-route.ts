import { type Static, Type } from '@sinclair/typebox'
import { GatewayError } from '../errors.ts'
import { compilePattern, type KeyPattern } from '../keyring/import/key-pattern.ts'
import { LONGEST_TEXT, type ParsedKeys, parseKeys, type Unmatched } from '../keyring/import/parse-keys.ts'
import { type NewKey, withCommon } from '../keyring/key-change.ts'
import { isLegacy, type ManagedKey } from '../keyring/managed-key.ts'
import { keyIdOf, maskSecret } from '../pool/key-ring.ts'
import { KeyUpstream } from '../settings/vertex-settings.ts'
import { type AdminDesk, type AdminRequest, type AdminRoute, toJson } from './admin-route.ts'
import { readBody } from './check-input.ts'
import { firstOf } from './results.ts'

const Import = Type.Object(
  {
    text: Type.String({ description: 'Free text, CSV with a header, or JSON.' }),
    pattern: Type.Optional(
      Type.String({ minLength: 1, description: 'What a key looks like, as RE2 writes it.' }),
    ),
    anyShape: Type.Boolean({ default: false, description: 'Takes what fits no pattern too.' }),
    tags: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    project: Type.Optional(Type.String({ minLength: 1 })),
    weight: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    upstream: Type.Optional(KeyUpstream),
    dryRun: Type.Boolean({ default: false, description: 'Says what would be added, and adds nothing.' }),
  },
  { additionalProperties: false },
)

const LONGEST_SHOWN = 1000

/** Adding keys out of a pasted text. */
export function importRoute(desk: AdminDesk): AdminRoute {
  const { keyring, redactor, limits } = desk

  async function answer({ request }: AdminRequest): Promise<Response> {
    const body = await readBody(request, Import, limits)
    const { keys, duplicates, unmatched } = await parse(body)
    await keyring.refresh()
    const fresh = keys.filter(({ secret }) => !keyring.keys.has(keyIdOf(secret)))
    const meant = fresh.map((key) => withCommon(key, body))
    const added = body.dryRun ? meant.map(toPlanned) : await keyring.add(meant)
    const left = firstOf(unmatched, toShown)
    const { items, omitted } = firstOf(added, toAdded)
    return toJson(
      {
        dryRun: body.dryRun,
        added: added.length,
        duplicates: { inText: duplicates, inPool: keys.length - added.length },
        unmatched: left.items,
        unmatchedTotal: unmatched.length,
        items,
        omitted,
      },
      redactor,
    )
  }

  return { method: 'POST', path: '/admin/api/keys/import', answer }
}

async function parse({ text, pattern, anyShape }: Static<typeof Import>): Promise<ParsedKeys> {
  if (text.length > LONGEST_TEXT) {
    throw new GatewayError(
      'too_large',
      `The text is longer than ${LONGEST_TEXT} characters; import it in parts`,
    )
  }
  try {
    return await parseKeys(text, {
      anyShape,
      pattern: pattern === undefined ? undefined : toPattern(pattern),
    })
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
    throw new GatewayError('invalid_request', thrown.message, { param: 'pattern' })
  }
}

function toPattern(expression: string): KeyPattern {
  try {
    return compilePattern(expression)
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown
    throw new GatewayError('invalid_request', `"pattern" cannot be used: ${thrown.message}`, {
      param: 'pattern',
    })
  }
}

type AddedKey = Pick<ManagedKey, 'id' | 'name' | 'masked' | 'upstream' | 'isLegacy'>

function toPlanned({ secret, name, upstream = 'gemini' }: NewKey): AddedKey {
  return { id: keyIdOf(secret), name, masked: maskSecret(secret), upstream, isLegacy: isLegacy(secret) }
}

function toAdded({ id, name, masked, upstream, isLegacy: legacy }: AddedKey) {
  return { id, name, masked, upstream, legacy }
}

/** Whoever sent the text is offered back what was left of it, to send it again. */
function toShown({ place, text, why }: Unmatched): Unmatched {
  return { place, text: text.slice(0, LONGEST_SHOWN), why }
}

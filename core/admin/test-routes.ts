import { Type } from '@sinclair/typebox'
import { type ManagedKey, toKey } from '../keyring/managed-key.ts'
import type { Key } from '../keys.ts'
import type { KeyTest, TestResult } from '../probing/key-tester.ts'
import { type AdminDesk, type AdminRequest, type AdminRoute, toJson } from './admin-route.ts'
import { readBody } from './check-input.ts'
import { inParallel } from './in-parallel.ts'
import { KEY_SELECTION, keyOf, selectKeys } from './key-selection.ts'
import { firstOf } from './results.ts'

const closed = { additionalProperties: false }
const MODEL = {
  model: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Spends one real call for one token on this model; without it, none.',
    }),
  ),
}
const Test = Type.Object(MODEL, closed)
const TestMany = Type.Object({ ...KEY_SELECTION, ...MODEL }, closed)

const AT_ONCE = 16
/** One key's whole list of models is asked for; of many keys only whether they get any. */
const [WHOLE_LIST, ONE_MODEL] = [1000, 1]

/** Asking Google whether keys are good. What it says of a key holds for the pool too. */
export function testRoutes(desk: AdminDesk): readonly AdminRoute[] {
  const { services, redactor, limits } = desk

  async function test(
    managed: ManagedKey,
    model: string | undefined,
    pageSize: number,
    leaving: AbortSignal,
  ) {
    const { pool, tester } = services[managed.upstream]
    const key = pool.find(managed.id) ?? toKey(managed)
    const result = await (model === undefined
      ? tester.list(key, pageSize, leaving)
      : tester.generate(key, model, leaving))
    if (result.verdict !== 'unknown') pool.resolveDoubt(key, result.verdict)
    return { managed, key: pool.find(managed.id) ?? key, result }
  }

  const one = async ({ request, id }: AdminRequest) => {
    const { model } = await readBody(request, Test, limits)
    return toJson(toItem(await test(keyOf(id, desk), model, WHOLE_LIST, request.signal)), redactor)
  }

  const many = async ({ request }: AdminRequest) => {
    const { model, ...selection } = await readBody(request, TestMany, limits)
    const { found, unknown } = await selectKeys(selection, desk)
    const { signal } = request
    const tested = await inParallel(found, AT_ONCE, signal, (key) => test(key, model, ONE_MODEL, signal))
    const counts: Record<TestResult, number> = { valid: 0, dead: 0, throttled: 0, unreachable: 0 }
    for (const { result } of tested) counts[result.result]++
    return toJson({ tested: tested.length, unknown, ...counts, ...firstOf(tested, toItem) }, redactor)
  }

  return [
    { method: 'POST', path: '/admin/api/keys/test', answer: many },
    { method: 'POST', path: '/admin/api/keys/:id/test', answer: one },
  ]
}

function toItem({ managed, key, result: test }: { managed: ManagedKey; key: Key; result: KeyTest }) {
  const { id, name, masked, upstream, isLegacy: legacy } = managed
  const { result, reason, status, milliseconds, models, tier } = test
  return {
    id,
    name,
    masked,
    upstream,
    result,
    reason,
    status,
    milliseconds,
    legacy,
    tier,
    project: key.project,
    models,
  }
}

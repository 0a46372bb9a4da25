import { inParallel } from '../admin/in-parallel.ts'
import { createUpstream } from '../call/upstream.ts'
import { type ManagedKey, toKey } from '../keyring/managed-key.ts'
import type { UpstreamName } from '../keys.ts'
import { redactedJson } from '../log/redacted-json.ts'
import { createKeyTester, type KeyTest, type KeyTester } from '../probing/key-tester.ts'
import { questionsOf } from '../service/open-services.ts'
import { preferredWay } from '../ways/key-ways.ts'
import { openWays } from '../ways/open-ways.ts'
import { type CommandLine, EXIT } from './command.ts'
import { keysMeant } from './keys-filter.ts'
import type { OpenKeys } from './open-keys.ts'
import { textTable } from './text-table.ts'

const AT_ONCE = 16

interface Tested {
  readonly key: ManagedKey
  readonly test: KeyTest
}

/** Asks Google of each key that is meant; fails where one is not valid. It keeps nothing of what it hears. */
export async function testKeys(keys: OpenKeys, line: CommandLine): Promise<number> {
  const { output } = keys.rooms.runtime
  const ask = testerOf(keys, line.text('model'))
  const never = new AbortController().signal
  const tested = await inParallel(keysMeant(keys, line), AT_ONCE, never, async (key) => ({
    key,
    test: await ask(key, never),
  }))
  const text = line.has('json')
    ? `${redactedJson({ items: tested.map(toItem), total: tested.length }, keys.redactor, 2)}\n`
    : keys.redactor.text(textTable([HEAD, ...tested.map(toRow)]))
  output.write(text)
  await output.flushed()
  return tested.every(({ test }) => test.result === 'valid') ? EXIT.ok : EXIT.failed
}

function testerOf(keys: OpenKeys, model: string | undefined) {
  const testers = { gemini: openTester('gemini', keys), vertex: openTester('vertex', keys) }
  return (key: ManagedKey, leaving: AbortSignal) => {
    const tester = testers[key.upstream]
    return model === undefined
      ? tester.list(toKey(key), 1, leaving)
      : tester.generate(toKey(key), model, leaving)
  }
}

function openTester(name: UpstreamName, { rooms, settings, ring, redactor }: OpenKeys): KeyTester {
  const { baseUrl, headers } = settings.upstream[name]
  const ways = openWays(rooms, settings, ring.proxies, Math.random)
  const upstream = createUpstream({
    wayOf: (key) => preferredWay(ways, ALL_CLOSED, key),
    baseUrl,
    headers,
    silenceMilliseconds: settings.upstream.timeoutSeconds * 1000,
    authorize: ring.authorize,
  })
  const questions = questionsOf(settings)[name]
  return createKeyTester({ upstream, questions, redactor, elapsed: () => performance.now() })
}

/** A command knows of no failure before its own. */
const ALL_CLOSED = { isClosed: () => true }

const HEAD = ['ID', 'NAME', 'KEY', 'UPSTREAM', 'RESULT', 'STATUS', 'MS', 'REASON']

function toRow({ key, test }: Tested): string[] {
  const { result, status, milliseconds, reason } = test
  return [
    key.id,
    key.name ?? '',
    key.masked,
    key.upstream,
    result,
    String(status),
    String(milliseconds),
    reason,
  ]
}

function toItem({ key: { id, name, masked, upstream, isLegacy: legacy }, test }: Tested) {
  const { verdict: _, ...shown } = test
  return { id, name, masked, upstream, legacy, ...shown }
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content, Part } from '../core/canonical.ts'
import { type Said, toContents } from '../core/codec/conversation.ts'
import { seededRandom } from './seeded-random.ts'

test('any conversation becomes one that Gemini takes, and nothing of it is lost', () => {
  const random = seededRandom(20_260_131)
  for (let round = 0; round < 2_000; round++) {
    const said = anyConversation(random)
    const contents = toContents(said)
    assertLegal(contents)
    assert.deepEqual(wordsOf(contents.flatMap(({ parts = [] }) => parts)), expectedWords(said))
  }
})

test('a result finds its call by the name where neither has an id', () => {
  const contents = toContents([
    {
      role: 'model',
      parts: [{ functionCall: { name: 'f', args: {} } }, { functionCall: { name: 'g', args: {} } }],
    },
    { role: 'user', results: [resultOf(undefined, 'g')], parts: [] },
    { role: 'user', results: [resultOf(undefined, 'f')], parts: [] },
  ])
  assert.deepEqual(contents[2]?.parts, [
    { functionResponse: { name: 'f', response: { of: 'f' } } },
    { functionResponse: { name: 'g', response: { of: 'g' } } },
  ])
})

test('what a conversation is made of is not changed', () => {
  const parts = Object.freeze([Object.freeze({ text: 'a' })])
  const said: Said[] = [
    { role: 'user', parts },
    { role: 'user', parts },
  ]
  assert.deepEqual(toContents(Object.freeze(said) as Said[]), [{ role: 'user', parts: [...parts, ...parts] }])
})

/** Messages in any order, calls without results and results without calls among them, ids used twice. */
function anyConversation(random: () => number): Said[] {
  const below = (most: number) => Math.floor(random() * most)
  const anyId = () => `t${below(4)}`
  return Array.from({ length: below(8) }, (_, index): Said => {
    const texts: Part[] = Array.from({ length: below(3) }, (_, place) => ({ text: `w${index}-${place}` }))
    if (random() < 0.5) {
      const calls: Part[] = Array.from({ length: below(3) }, () => ({
        functionCall: { id: anyId(), name: 'f', args: {} },
      }))
      return { role: 'model', parts: [...texts, ...calls] }
    }
    return {
      role: 'user',
      results: Array.from({ length: below(3) }, () => resultOf(anyId(), 'f')),
      parts: texts,
    }
  })
}

function resultOf(id: string | undefined, name: string) {
  return { id, name, response: { of: name }, text: `r-${id}` }
}

function assertLegal(contents: readonly Content[]): void {
  if (contents.length > 0) assert.equal(contents[0]?.role, 'user')
  for (const [index, { role, parts = [] }] of contents.entries()) {
    assert.ok(parts.length > 0, 'a content is empty')
    assert.notEqual(role, contents[index - 1]?.role)
    const calls = idsOf(contents[index - 1]?.parts, 'functionCall')
    const answers = idsOf(parts, 'functionResponse')
    assert.deepEqual(answers, role === 'user' ? calls : [])
    const firstWord = parts.findIndex((part) => part.functionResponse === undefined)
    assert.ok(firstWord < 0 || firstWord >= answers.length, 'words come before results')
    if (role === 'model' && calls.length > 0) assert.fail('calls are not answered')
  }
  assert.deepEqual(idsOf(contents.at(-1)?.parts, 'functionCall'), [])
}

function idsOf(parts: readonly Part[] | undefined, kind: 'functionCall' | 'functionResponse'): string[] {
  return (parts ?? []).flatMap((part) => (part[kind] as { id: string } | undefined)?.id ?? [])
}

/** Every word that was said, and every result whether it found its call or not. */
function wordsOf(parts: readonly Part[]): string[] {
  const words = parts.flatMap(({ text }) => (text?.startsWith('w') ? [text] : []))
  const orphans = parts.filter(({ text }) => text?.startsWith('Result of')).length
  const matched = parts.filter(
    ({ functionResponse }) => 'of' in ((functionResponse as Answered)?.response ?? {}),
  ).length
  return [...words, `${orphans + matched} results`]
}

type Answered = { readonly response?: object } | undefined

function expectedWords(said: readonly Said[]): string[] {
  const words = said.flatMap(({ parts }) => parts.flatMap(({ text }) => text ?? []))
  const results = said.flatMap((each) => (each.role === 'user' ? (each.results ?? []) : []))
  return [...words, `${results.length} results`]
}

import type { Answer, Upstream, UpstreamRequest } from '../call/upstream.ts'
import { type Fault, ruleOf } from '../fault.ts'
import { classifyAnswer } from '../faults/classify.ts'
import { quotaNames } from '../faults/quota-answer.ts'
import type { Key } from '../keys.ts'
import type { Redactor } from '../log/redactor.ts'
import { type FreeQuestions, toQuestion } from '../service/free-questions.ts'
import type { Verdict } from './prober.ts'

/** What a test of a key came to. */
export type TestResult = 'valid' | 'dead' | 'throttled' | 'unreachable'

/** One test of one key; its texts are masked. */
export interface KeyTest {
  readonly result: TestResult
  /** Google's words, or what came instead of an answer; '' for a key that is valid. */
  readonly reason: string
  /** Of Google's answer, 0 where none came. */
  readonly status: number
  readonly milliseconds: number
  /** How many models the key sees, where the list was asked for. */
  readonly models: number | undefined
  /** Of the project's quota, where the answer names it. */
  readonly tier: 'free' | 'paid' | undefined
  /** What the test says of the key to the pool. */
  readonly verdict: Verdict
}

/** Asks Google of one key at a time. */
export interface KeyTester {
  /** By a free question, which for the Gemini API is its list of models. Never rejects. */
  list(key: Key, pageSize: number, leaving: AbortSignal): Promise<KeyTest>
  /** By one real call for one token, which counts against the key's quota. Never rejects. */
  generate(key: Key, model: string, leaving: AbortSignal): Promise<KeyTest>
}

export interface KeyTesterOptions {
  readonly upstream: Upstream
  readonly questions: FreeQuestions
  readonly redactor: Redactor
  /** Milliseconds on a clock that never goes back. */
  readonly elapsed: () => number
}

const PATIENCE = 20_000
const QUESTION = JSON.stringify({
  contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
  generationConfig: { maxOutputTokens: 1 },
})

/** A tester that keeps nothing: each answer decides only what is told of it. */
export function createKeyTester({ upstream, questions, redactor, elapsed }: KeyTesterOptions): KeyTester {
  async function test(key: Key, request: UpstreamRequest, leaving: AbortSignal): Promise<KeyTest> {
    const begun = elapsed()
    try {
      const patience = AbortSignal.any([leaving, AbortSignal.timeout(PATIENCE)])
      const answer = await upstream.open(key, request, patience)
      const text = redactor.text(new TextDecoder().decode(await answer.bytes()))
      return { ...toTest(answer, text, questions), milliseconds: Math.round(elapsed() - begun) }
    } catch (thrown) {
      const reason = redactor.text(thrown instanceof Error ? thrown.message : String(thrown))
      return { ...noAnswer(reason), milliseconds: Math.round(elapsed() - begun) }
    }
  }

  return {
    list: (key, pageSize, leaving) => test(key, questions.ofKey(pageSize), leaving),
    generate: (key, model, leaving) =>
      test(key, toQuestion('POST', questions.generationPath(model), QUESTION, model), leaving),
  }
}

type Untimed = Omit<KeyTest, 'milliseconds'>

function toTest({ status, headers }: Answer, text: string, { isTaken }: FreeQuestions): Untimed {
  if (status < 300) {
    return { result: 'valid', reason: '', status, models: modelsIn(text), tier: undefined, verdict: 'good' }
  }
  const fault = classifyAnswer({ status, contentType: headers.get('content-type') ?? '', text })
  if (isTaken(fault)) {
    const { reason } = fault
    return { result: 'valid', reason, status, models: undefined, tier: undefined, verdict: 'good' }
  }
  const result = resultOf(fault)
  const verdict = result === 'dead' ? toVerdict(fault) : 'unknown'
  return { result, reason: fault.reason, status, models: undefined, tier: tierOf(fault), verdict }
}

function noAnswer(reason: string): Untimed {
  return { result: 'unreachable', reason, status: 0, models: undefined, tier: undefined, verdict: 'unknown' }
}

function resultOf(fault: Fault): TestResult {
  const { charge } = ruleOf(fault)
  if (charge === 'key' || charge === 'project' || charge === 'key-in-doubt') return 'dead'
  return charge === 'project-and-model' ? 'throttled' : 'unreachable'
}

/** Nobody asks twice here: a key that is not taken is taken for invalid. */
function toVerdict(fault: Fault): Fault {
  return fault.kind === 'key_doubtful' ? { ...fault, kind: 'key_invalid' } : fault
}

function modelsIn(text: string): number | undefined {
  try {
    const { models } = JSON.parse(text) as { models?: unknown }
    return Array.isArray(models) ? models.length : undefined
  } catch {
    return undefined
  }
}

/** Google names the tier only in its refusals: `…-FreeTier`, `…PaidTier…`. */
function tierOf({ error }: Fault): KeyTest['tier'] {
  const names = quotaNames(error).join(' ')
  if (/free_?tier/i.test(names)) return 'free'
  return /paid_?tier/i.test(names) ? 'paid' : undefined
}

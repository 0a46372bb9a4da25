import { toRefusal } from '../call/refusal.ts'
import type { Answer, Upstream, UpstreamRequest } from '../call/upstream.ts'
import { GatewayError } from '../errors.ts'
import { type Fault, ruleOf } from '../fault.ts'
import { classifyAnswer } from '../faults/classify.ts'
import type { Key } from '../keys.ts'
import type { Redactor } from '../log/redactor.ts'
import { type FreeQuestions, toQuestion } from '../service/free-questions.ts'
import type { Verdict } from './prober.ts'

/** Requests that cost no quota: is a key good, and which models does it see? */
export interface Probe {
  /** Never rejects; `unknown` where the failure was not the key's. */
  ask(key: Key): Promise<Verdict>
  /** One page of the Gemini API's ListModels; rejects with a GatewayError. */
  fetchModels(key: Key, query: string): Promise<unknown>
}

const PATIENCE = 20_000
const NO_KEY = 'Google refused every key that was asked for its models; the key list says why'

/** Probes by the questions that the service answers for nothing. */
export function createProbe(options: {
  readonly upstream: Upstream
  readonly questions: FreeQuestions
  readonly redactor: Redactor
  /** Told what a failed model list says of its key. */
  failed(key: Key, fault: Fault): void
}): Probe {
  return {
    async ask(key) {
      try {
        const answer = await open(key, options.questions.ofKey(1))
        const text = await textOf(answer)
        return answer.status < 300 ? 'good' : toVerdict(answer, text)
      } catch {
        return 'unknown' // no connection says nothing about the key
      }
    },
    async fetchModels(key, query) {
      const answer = await open(key, toQuestion('GET', `/v1beta/models${query}`))
      const text = await textOf(answer)
      if (answer.status < 300) return JSON.parse(text)
      const fault = toFault(answer, text)
      options.failed(key, fault)
      throw isOfKey(fault) ? new GatewayError('no_available_keys', NO_KEY) : toRefusal(fault)
    },
  }

  function open(key: Key, request: UpstreamRequest): Promise<Answer> {
    return options.upstream.open(key, request, AbortSignal.timeout(PATIENCE))
  }

  async function textOf(answer: Answer): Promise<string> {
    return options.redactor.text(new TextDecoder().decode(await answer.bytes()))
  }

  function toFault(answer: Answer, text: string) {
    return classifyAnswer({
      status: answer.status,
      contentType: answer.headers.get('content-type') ?? '',
      text,
    })
  }

  /** A second 401 confirms the first: the key is not taken, whatever it is. */
  function toVerdict(answer: Answer, text: string): Verdict {
    const fault = toFault(answer, text)
    if (options.questions.isTaken(fault)) return 'good'
    return fault.kind === 'key_doubtful' ? { ...fault, kind: 'key_invalid' } : fault
  }
}

function isOfKey(fault: Fault): boolean {
  const { charge } = ruleOf(fault)
  return charge === 'key' || charge === 'project' || charge === 'key-in-doubt'
}

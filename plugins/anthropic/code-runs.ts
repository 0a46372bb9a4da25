import type { Part } from '../../core/canonical.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import { type BlockSink, DIRECT } from './blocks-out.ts'

/** Code that Google ran, and what came of it, as Anthropic tells of its own. */
export interface CodeRuns {
  claims(part: Part): boolean
  read(part: Part): void
}

/** Runs of one answer; a result belongs to the code before it. */
export function createCodeRuns(seed: string, sink: BlockSink): CodeRuns {
  let runs = 0
  const id = () => `srvtoolu_${seed}c${String(runs).padStart(3, '0')}`

  function readCode(code: Record<string, unknown>): void {
    runs++
    sink.start({ type: 'server_tool_use', id: id(), name: 'code_execution', input: {}, caller: DIRECT })
    const partial_json = JSON.stringify({ code: String(code.code ?? '') })
    sink.delta({ type: 'input_json_delta', partial_json })
    sink.stop()
  }

  return {
    claims: (part) => isRecord(part.executableCode) || isRecord(part.codeExecutionResult),
    read({ executableCode: code, codeExecutionResult: result }) {
      if (isRecord(code)) readCode(code)
      if (!isRecord(result)) return
      if (runs === 0) readCode({}) // a result is only told of a run
      sink.start({ type: 'code_execution_tool_result', tool_use_id: id(), content: toResult(result) })
      sink.stop()
    },
  }
}

function toResult({ outcome, output }: Record<string, unknown>): Record<string, unknown> {
  const failed = outcome !== 'OUTCOME_OK'
  const text = String(output ?? '')
  return {
    type: 'code_execution_result',
    stdout: failed ? '' : text,
    stderr: failed ? text : '',
    return_code: failed ? 1 : 0,
    content: [],
  }
}

import type { KeyLoop } from '../call/key-loop.ts'
import { createTrace } from '../call/trace.ts'
import type { UpstreamRequest } from '../call/upstream.ts'
import { isGatewayError } from '../errors.ts'
import { ask, type Errand, stateOf } from './copy-upload.ts'
import type { FileCopy } from './kept-file.ts'

/** What Google says of a copy in a project: `ACTIVE`, `PROCESSING`, `FAILED`; `GONE` where it has none any more. */
export async function stateOfCopy(
  copy: FileCopy,
  project: string,
  errand: Errand,
  keyLoop: KeyLoop,
): Promise<string> {
  try {
    return stateOf((await ask(toRequest('GET', copy, project), errand, keyLoop)).answer)
  } catch (thrown) {
    if (isMissing(thrown)) return 'GONE'
    throw thrown
  }
}

/** Deletes a copy at Google; rejects where it stays there. */
export async function deleteCopy(copy: FileCopy, project: string, keyLoop: KeyLoop): Promise<void> {
  try {
    const errand = { trace: createTrace(), leaving: NEVER }
    await ask(toRequest('DELETE', copy, project), errand, keyLoop)
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown
  }
}

const NEVER = new AbortController().signal

function toRequest(method: string, { name, keyId }: FileCopy, project: string): UpstreamRequest {
  return {
    method,
    path: `/v1beta/${name}`,
    headers: {},
    body: () => undefined,
    model: undefined,
    repeatable: true,
    project,
    keyId,
  }
}

/** Whether Google has not what was asked about, or says so to whom it is none of. */
function isMissing(thrown: unknown): boolean {
  return isGatewayError(thrown) && (thrown.status === 403 || thrown.status === 404)
}

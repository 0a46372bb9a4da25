import type { ModelReading } from '../../../core/codec/model-names.ts'
import { isRecord, optional, refuse, toBoolean, toRecord } from '../../../core/codec/request-values.ts'
import type { Decoded } from '../../../core/plugin.ts'
import type { Asked } from '../asked.ts'
import { effortOf } from './response-config.ts'
import { decodeResponse, isContinued } from './response-request.ts'
import { fullName } from './told-tools.ts'

type Body = Readonly<Record<string, unknown>>

/** Whether a body that came to the chat completions is written for the Responses API, as some clients send it. */
export function isResponseShaped(body: unknown): body is Body {
  return isRecord(body) && body.messages === undefined && body.input !== undefined
}

/** Such a body; its answer is a chat completion. Nothing of it is kept. */
export function decodeResponseShaped(body: Body, modelOf?: ModelReading): Decoded {
  if (isContinued(body))
    refuse(
      'unsupported_parameter',
      'previous_response_id',
      'Chat completions do not go on from what is kept: ask /v1/responses, or send the items themselves',
    )
  const { asked: response, ...decoded } = decodeResponse(
    { ...body, ...withThoughts(body) },
    'response',
    modelOf,
  )
  const told = [...response.tools]
  const names = new Map(told.map(([name, tool]) => [name, fullName(tool)]))
  const asked: Asked = {
    includeUsage: wantsUsage(body),
    style: 'tools',
    oneCall: response.oneCall,
    names: { toClient: (name) => names.get(name) ?? name },
    sound: decoded.stream ? 'pcm16' : 'wav',
    custom: new Set(told.flatMap(([, tool]) => (tool.kind === 'custom' ? [fullName(tool)] : []))),
  }
  return { ...decoded, asked }
}

/** In chat completions an effort alone asks for the thoughts. */
function withThoughts(body: Body): Body {
  const effort = effortOf(body)
  if (effort === undefined || effort === 'none') return {}
  return { reasoning: { summary: 'auto', ...(body.reasoning as object) } }
}

function wantsUsage(body: Body): boolean {
  const options = optional(body, 'stream_options', toRecord)
  return (options && optional(options, 'include_usage', toBoolean, 'stream_options.include_usage')) ?? false
}

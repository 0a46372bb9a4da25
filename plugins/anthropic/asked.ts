import { type FunctionNames, toFunctionNames } from '../../core/schema-compiler/function-names.ts'

/** What a request asked of its answer, beyond what the canonical form can say. */
export interface Asked {
  /** The model's name as the client has it; answers repeat it. */
  readonly model: string
  /** Thinking is asked for, shown or not: a signature that needs a block of its own is a thought without words. */
  readonly thinks: boolean
  /** Only the first of several calls is passed on: `disable_parallel_tool_use`. */
  readonly oneCall: boolean
  /** `stop_sequences` */
  readonly stops: readonly string[]
  /** Back from Google's names of functions to the client's. */
  readonly names: Pick<FunctionNames, 'toClient'>
}

/** What `decode` left with the call; for a call whose request said nothing, the least. */
export function askedOf(call: { readonly asked?: unknown; readonly model: string }): Asked {
  const asked = call.asked as Asked | undefined
  return asked ?? { model: call.model, thinks: false, oneCall: false, stops: [], names: toFunctionNames([]) }
}

import { type FunctionNames, toFunctionNames } from '../../core/schema-compiler/function-names.ts'
import type { SoundFormat } from './spoken-answers.ts'

/** What a request asked of its answer, beyond what the canonical form can say. */
export interface Asked {
  /** `stream_options.include_usage` */
  readonly includeUsage: boolean
  /** Calls are told as `tool_calls`, or as the deprecated `function_call`. */
  readonly style: 'tools' | 'functions'
  /** Only the first of several calls is passed on: `parallel_tool_calls: false`, and always with `functions`. */
  readonly oneCall: boolean
  /** Back from Google's names of functions to the client's. */
  readonly names: Pick<FunctionNames, 'toClient'>
  /** The client's names of its custom tools, whose input is a plain text. */
  readonly custom: ReadonlySet<string>
  /** Of spoken answers. */
  readonly sound: SoundFormat
}

/** For a call whose request said nothing of the sort. */
export const NOTHING_ASKED: Asked = {
  includeUsage: false,
  style: 'tools',
  oneCall: false,
  names: toFunctionNames([]),
  custom: new Set(),
  sound: 'wav',
}

/** What `decode` left with the call; nobody else writes there. */
export function askedOf(call: { readonly asked?: unknown } | undefined): Asked {
  return (call?.asked as Asked | undefined) ?? NOTHING_ASKED
}

/** What a legacy completion asked of its answer. */
export interface TextAsked {
  readonly form: 'text'
  /** All prompts, each of which is a canonical request. */
  readonly prompts: readonly string[]
  /** How many texts each of them gets. */
  readonly count: number
  /** Each text begins with its prompt. */
  readonly echo: boolean
  /** `stream_options.include_usage` */
  readonly includeUsage: boolean
}

/** For a call whose request said nothing of the sort. */
export const NO_TEXT_ASKED: TextAsked = {
  form: 'text',
  prompts: [],
  count: 1,
  echo: false,
  includeUsage: false,
}

/** What `decode` left with a call, where it was a legacy completion. */
export function textAskedOf(call: { readonly asked?: unknown } | undefined): TextAsked | undefined {
  const stated = call?.asked as Partial<TextAsked> | undefined
  return stated?.form === 'text' ? (stated as TextAsked) : undefined
}

/** What the text at an index begins with: its prompt, or ''. */
export function echoOf({ echo, prompts, count }: TextAsked, index: number): string {
  return echo ? (prompts[Math.floor(index / count)] ?? '') : ''
}

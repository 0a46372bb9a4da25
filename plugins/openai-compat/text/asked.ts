/** What a legacy completion asked of its answer. */
export interface TextAsked {
  readonly form: 'text'
  /** What every text begins with: the prompt, or ''. */
  readonly echo: string
  /** `stream_options.include_usage` */
  readonly includeUsage: boolean
}

/** For a call whose request said nothing of the sort. */
export const NO_TEXT_ASKED: TextAsked = { form: 'text', echo: '', includeUsage: false }

/** What `decode` left with a call, where it was a legacy completion. */
export function textAskedOf(call: { readonly asked?: unknown } | undefined): TextAsked | undefined {
  const stated = call?.asked as Partial<TextAsked> | undefined
  return stated?.form === 'text' ? (stated as TextAsked) : undefined
}

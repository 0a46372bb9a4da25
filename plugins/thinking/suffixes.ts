import type { Effort } from '../../core/models.ts'

/** What a suffix asks for. */
export interface SuffixWish {
  readonly suffix: string
  /** Undefined leaves it to the config, and then to the model. */
  readonly effort?: Effort
  /** The client wants to see the thoughts. */
  readonly shows?: boolean
}

const WISHES: Readonly<Record<string, Omit<SuffixWish, 'suffix'>>> = {
  '-thinking': { shows: true },
  '-nothinking': { effort: 'none' },
  '-non-thinking': { effort: 'none' },
  '-low': { effort: 'low' },
  '-medium': { effort: 'medium' },
  '-high': { effort: 'high' },
}

/** The suffixes of this plugin. */
export const SUFFIXES = Object.keys(WISHES)

/** Whether one of them was stated. */
export function isOfThinking(suffixes: readonly string[] | undefined): boolean {
  return suffixes?.some((suffix) => Object.hasOwn(WISHES, suffix)) ?? false
}

/** What they ask for together; where two disagree the last in the name holds. */
export function wishOf(suffixes: readonly string[] | undefined): SuffixWish | undefined {
  const stated = (suffixes ?? []).filter((suffix) => Object.hasOwn(WISHES, suffix))
  if (stated.length === 0) return undefined
  const efforts = stated.filter((suffix) => WISHES[suffix]!.effort !== undefined)
  const [suffix = stated[0]!] = efforts
  const { effort } = WISHES[suffix]!
  return { suffix, effort, shows: effort !== 'none' && stated.some((each) => WISHES[each]!.shows) }
}

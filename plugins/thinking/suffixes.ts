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
  const all = (suffixes ?? []).filter((suffix) => Object.hasOwn(WISHES, suffix))
  const wantsThoughts = all.find((suffix) => showsIn(suffix) || isNone(suffix))
  const stated = wantsThoughts && showsIn(wantsThoughts) ? all.filter((suffix) => !isNone(suffix)) : all
  const [first] = stated
  if (first === undefined) return undefined
  const suffix = stated.find((each) => WISHES[each]!.effort !== undefined) ?? first
  const { effort } = WISHES[suffix]!
  return { suffix, effort, shows: effort !== 'none' && stated.some(showsIn) }
}

function showsIn(suffix: string): boolean {
  return WISHES[suffix]!.shows === true
}

function isNone(suffix: string): boolean {
  return WISHES[suffix]!.effort === 'none'
}

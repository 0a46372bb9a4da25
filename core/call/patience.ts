import { type Fault, ruleOf } from '../fault.ts'

/** How much more one call will bear. */
export interface Patience {
  /** How long to wait before the next attempt, in milliseconds; undefined ends the call. */
  after(fault: Fault): number | undefined
  /** Whether the request may be sent again after this. */
  allows(fault: Fault): boolean
  /** Whether overloads have used up what a call tries without asking the breakers again. */
  isTried(fault: Fault): boolean
}

export interface PatienceOptions {
  /** Whether the request may be sent again after an attempt of which nobody knows how far it came. */
  readonly repeatable: boolean
  /** Whether it names a model, and so one of the methods that every good key is allowed. */
  readonly hasModel: boolean
  /** Milliseconds on a clock that never goes back. */
  readonly elapsed: () => number
  readonly random: () => number
}

/** Attempts after an overload: this many within `FEW_WINDOW`, then on at that pace as far as the breakers allow. */
const FEW = 4
const FEW_WINDOW = 3_000
const FEW_IN_ALL = 10
/** Repetitions after an attempt that ended without content. */
const TWICE = 2
/** So many keys refused alike say more of the method, or of Google, than of the keys. */
const DOUBTS_IN_ALL = { withModel: 20, withoutModel: 3 }

/** A call's patience before its first attempt. */
export function createPatience({ repeatable, hasModel, elapsed, random }: PatienceOptions): Patience {
  const few: number[] = []
  let again = 0
  let doubts = 0
  const doubtsInAll = DOUBTS_IN_ALL[hasModel ? 'withModel' : 'withoutModel']

  const allows = ({ kind }: Fault) => repeatable || !UNCERTAIN.has(kind)

  return {
    allows,
    isTried: (fault) => ruleOf(fault).next === 'few' && few.length >= FEW,
    after(fault) {
      switch (ruleOf(fault).next) {
        case 'answer':
          return undefined
        case 'another':
          return fault.kind === 'key_doubtful' && ++doubts >= doubtsInAll ? undefined : 0
        case 'twice':
          return ++again > TWICE ? undefined : 0
        case 'few':
          if (!allows(fault)) return undefined
          few.push(elapsed())
          return pause()
      }
    },
  }

  function pause(): number | undefined {
    if (few.length === 1) return 0
    if (few.length < FEW) return random() * 250 * (few.length - 1)
    if (few.length >= FEW_IN_ALL) return undefined
    return Math.max(0, few.at(-FEW)! + FEW_WINDOW - elapsed()) + random() * 100
  }
}

/** After these Google may have done what was asked, and would do it twice. An overload refuses before. */
const UNCERTAIN: ReadonlySet<Fault['kind']> = new Set([
  'bad_gateway',
  'connection_failed',
  'cut_off',
  'model_failed',
  'model_timeout',
])

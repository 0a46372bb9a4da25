import type { CallWeight } from './call-weight.ts'

/** How many input tokens calls of a model spend, told from their weight. */
export interface TokenEstimates {
  estimate(model: string, weight: CallWeight): number
  /** Google counted a call of this weight. */
  learn(model: string, weight: CallWeight, tokens: number): void
  /** What was learned, to be kept: tokens a byte of text, by model. */
  ratios(): Readonly<Record<string, number>>
}

/** Tokens a byte before anything was learned: English text has about four bytes a token, with JSON around it. */
const AT_FIRST = 0.25
const LEAST_RATIO = 0.02
const MOST_RATIO = 1
/** How much one more call counts. */
const WEIGHT_OF_ONE = 0.1
const MODELS_AT_MOST = 1000

/** Estimates that follow each model's last calls, from `kept` ratios on; what is none of them is passed by. */
export function createTokenEstimates(kept: unknown = {}): TokenEstimates {
  const ratios = new Map(readRatios(kept))
  return {
    estimate: (model, { textBytes, mediaTokens }) =>
      Math.ceil((ratios.get(model) ?? AT_FIRST) * textBytes) + mediaTokens,
    learn(model, { textBytes, mediaTokens }, tokens) {
      // Media are too rough a guess to learn from.
      if (mediaTokens > 0 || textBytes === 0 || tokens <= 0) return
      const known = ratios.get(model)
      const seen = Math.min(MOST_RATIO, Math.max(LEAST_RATIO, tokens / textBytes))
      if (known === undefined && ratios.size >= MODELS_AT_MOST) return
      ratios.set(model, known === undefined ? seen : known + (seen - known) * WEIGHT_OF_ONE)
    },
    ratios: () => Object.fromEntries(Array.from(ratios, ([model, ratio]) => [model, toThousandths(ratio)])),
  }
}

function readRatios(kept: unknown): readonly (readonly [model: string, ratio: number])[] {
  return Object.entries(kept ?? {})
    .filter(([, ratio]) => typeof ratio === 'number' && ratio >= LEAST_RATIO && ratio <= MOST_RATIO)
    .slice(0, MODELS_AT_MOST)
}

/** As fine as matters: calls that are alike change nothing that would have to be kept again. */
function toThousandths(ratio: number): number {
  return Math.round(ratio * 1000) / 1000
}

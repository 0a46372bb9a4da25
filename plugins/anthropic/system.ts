import type { Part } from '../../core/canonical.ts'
import { toText } from '../../core/codec/request-values.ts'
import { readBlocks, readText } from './blocks-in.ts'

/**
 * The system's words, one part a block. What Claude Code writes there about its version and who pays is no
 * instruction, and differs from call to call, so that nothing behind it could be cached.
 */
export function readSystem(content: unknown, param: string): Part[] {
  const parts = readBlocks(content, param, { text: (block, place) => [readText(block, place)] })
  return parts.filter(({ text }) => !ATTRIBUTION.test(toText(text, param)))
}

const ATTRIBUTION = /^x-anthropic-billing-header:/

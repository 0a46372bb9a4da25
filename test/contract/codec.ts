import type { Codec } from '../../core/plugin.ts'
import * as contract from '../../core/testing/codec-contract.ts'
import { register } from './register.ts'

export { type CodecCase, type CodecSuite, eventsOf, toAnswer } from '../../core/testing/codec-contract.ts'

/** Has the contract of every codec run. */
export function codecContract(name: string, codec: Codec, suite: contract.CodecSuite): void {
  register(`the ${name} codec`, contract.codecContract(codec, suite))
}

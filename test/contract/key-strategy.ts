import type { KeyStrategy, StrategyContext } from '../../core/keys.ts'
import * as contract from '../../core/testing/key-strategy-contract.ts'
import { register } from './register.ts'

export { countedKeys, makeKeys } from '../../core/testing/key-strategy-contract.ts'

/** Has the contract of every key strategy run. */
export function keyStrategyContract(name: string, create: (context: StrategyContext) => KeyStrategy): void {
  register(`The key strategy ${name}`, contract.keyStrategyContract(create))
}

/** Has the contract of every strategy run that prefers no key of several alike. */
export function spreadingContract(name: string, create: (context: StrategyContext) => KeyStrategy): void {
  register(`The spreading key strategy ${name}`, contract.spreadingContract(create))
}

import { describe, test } from 'node:test'
import type { ContractCase } from '../../core/testing/contract-case.ts'

/** Has the cases of a contract run as tests of `subject`. */
export function register(subject: string, cases: readonly ContractCase[]): void {
  describe(subject, () => {
    for (const { title, run } of cases) test(title, () => run())
  })
}

/** One promise of a contract, to be run by whatever runs the tests. */
export interface ContractCase {
  /** A sentence without its subject. */
  readonly title: string
  /** Throws, or rejects, where the promise is broken. */
  run(): void | Promise<void>
}

/** A list of cases in the making. */
export function collectCases() {
  const cases: ContractCase[] = []
  const add = (title: string, run: ContractCase['run']) => void cases.push({ title, run })
  return { cases: cases as readonly ContractCase[], add }
}

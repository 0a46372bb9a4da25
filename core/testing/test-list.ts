import type { ContractCase } from './contract-case.ts'

let cases: ContractCase[] = []

/** Adds a test to those that `geminate plugin test` runs; its title is a sentence. It fails where it throws or rejects. */
export function test(title: string, run: () => void | Promise<void>): void {
  cases.push({ title, run })
}

/** Adds the cases of a contract. */
export function contract(subject: string, all: readonly ContractCase[]): void {
  for (const { title, run } of all) test(`${subject} ${title}`, run)
}

/** Takes what was added since the last time. */
export function takeTests(): readonly ContractCase[] {
  const taken = cases
  cases = []
  return taken
}

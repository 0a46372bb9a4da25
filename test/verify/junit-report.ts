import { existsSync, readFileSync } from 'node:fs'
import type { Count } from './count.ts'

/** What the JUnit report of a file says came of its tests; a file that is not there says nothing of any. */
export function readReport(path: string): Count {
  return existsSync(path) ? countIn(readFileSync(path, 'utf8')) : { passed: 0, failed: 0, skipped: 0 }
}

/**
 * What a JUnit report says came of its tests. Deno writes a line for a group of tests beside those of its
 * tests, with a name that theirs begin with: it counts for none.
 */
export function countIn(report: string): Count {
  const cases = casesIn(report)
  const groups = groupsAmong(cases.map(({ name }) => name))
  const tests = cases.filter(({ name }) => !groups.has(name))
  const failed = tests.filter(({ body }) => /<(failure|error)\b/.test(body)).length
  const skipped = tests.filter(({ body }) => /<skipped\b/.test(body)).length
  return { passed: tests.length - failed - skipped, failed, skipped }
}

interface TestCase {
  /** As it is escaped in the report. */
  readonly name: string
  readonly body: string
}

function casesIn(report: string): TestCase[] {
  const found = report.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)
  return [...found].map(([, attributes = '', body = '']) => ({
    name: /\bname="([^"]*)"/.exec(attributes)?.[1] ?? '',
    body,
  }))
}

const BELOW = ' &gt; '

function groupsAmong(names: readonly string[]): Set<string> {
  const groups = new Set<string>()
  for (const name of names) {
    for (let end = name.indexOf(BELOW); end >= 0; end = name.indexOf(BELOW, end + 1)) {
      groups.add(name.slice(0, end))
    }
  }
  return groups
}

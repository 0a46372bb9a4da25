/**
 * Writes what the compiler makes of every input in `test/fixtures/schema-compiler/` beside that input:
 * `bun test/rewrite-schema-goldens.ts`. Read the difference before it is committed; it is the test.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { compiledCase, GOLDENS, type GoldenCase } from './schema-goldens.ts'

for (const name of readdirSync(GOLDENS)) {
  const file = new URL(name, GOLDENS)
  const cases = JSON.parse(readFileSync(file, 'utf8')) as GoldenCase[]
  writeFileSync(file, `${JSON.stringify(cases.map(compiledCase), null, 1)}\n`)
}

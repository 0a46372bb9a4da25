import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const text = (file: string) => readFileSync(join(root, file), 'utf8')

describe('The page about clients', () => {
  const page = text('docs/clients.md')
  const { devDependencies } = JSON.parse(text('package.json')) as { devDependencies: Record<string, string> }
  const isClient = (name: string) =>
    /^(@ai-sdk\/|@google\/genai|@anthropic-ai\/|anthropic-sdk-|genai-|@langchain\/(?!core)|ai$|openai$)/.test(
      name,
    )

  for (const [name, stated] of Object.entries(devDependencies).filter(([each]) => isClient(each))) {
    test(`names the version of ${name} that is tested`, () => {
      assert.ok(page.includes(stated.replace(/^npm:.*@/, '')), stated)
    })
  }

  for (const file of ['codex.test.ts', 'claude-code.test.ts', 'gemini-cli.test.ts']) {
    test(`names the version that ${file} runs`, () => {
      const version = /version: '([^']+)'/.exec(text(`test/e2e/${file}`))?.[1] ?? '?'
      assert.ok(page.includes(`\n${version}.`), version)
    })
  }

  test('names the versions of the Python clients', () => {
    const versions = [...text('test/e2e/python-program.ts').matchAll(/==([\d.]+)/g)]
    assert.equal(versions.length, 3)
    for (const [, version = ''] of versions) assert.ok(page.includes(version), version)
  })
})

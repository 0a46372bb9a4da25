import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { countIn, readReport } from './verify/junit-report.ts'

describe('a JUnit report', () => {
  test('of Bun counts what passed, failed and was skipped', () => {
    const report = `
      <testsuites name="bun test" tests="4" failures="1" skipped="1">
        <testsuite name="test/a.test.ts"><testsuite name="a &gt; group">
          <testcase name="passes" classname="a &gt; group" time="0" />
          <testcase name="passes as well" classname="a &gt; group" time="0" />
          <testcase name="fails" classname="a &gt; group"><failure type="AssertionError" message="&lt;x&gt;" /></testcase>
          <testcase name="is skipped" classname="a &gt; group"><skipped /></testcase>
        </testsuite></testsuite>
      </testsuites>`
    assert.deepEqual(countIn(report), { passed: 2, failed: 1, skipped: 1 })
  })

  test('of Deno counts no group of tests', () => {
    const report = `
      <testsuites name="deno test" tests="5" failures="2" errors="0">
        <testcase name="group" time="0.1"><failure message="1 step failed">x</failure></testcase>
        <testcase name="group &gt; inner" time="0.1"></testcase>
        <testcase name="group &gt; inner &gt; passes" time="0.1"></testcase>
        <testcase name="group &gt; fails" time="0.1"><failure message="no">at x</failure></testcase>
        <testcase name="alone" time="0.1"><skipped/></testcase>
      </testsuites>`
    assert.deepEqual(countIn(report), { passed: 1, failed: 1, skipped: 1 })
  })

  test('that is not there says nothing of any', () => {
    assert.deepEqual(readReport('/nowhere/report.xml'), { passed: 0, failed: 0, skipped: 0 })
  })
})

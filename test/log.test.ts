import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLog, type LogOptions } from '../core/log/log.ts'
import { createRedactor } from '../core/log/redactor.ts'

const SECRET = 'se"cret-\\1'

function logInto(options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const redactor = createRedactor()
  redactor.add(SECRET, 'key a')
  const log = createLog({ level: 'info', write: (line) => lines.push(line), redactor, ...options })
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> }
}

describe('the log', () => {
  test('writes one JSON object a line, without host or process', () => {
    const { log, lines, last } = logInto()
    log.info({ keys: 3 }, 'started')
    assert.match(lines[0]!, /\}\n$/)
    const { time, ...others } = last()
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.deepEqual(others, { level: 'info', keys: 3, msg: 'started' })
  })

  test('leaves out what is below its level', () => {
    const { log, lines } = logInto({ level: 'warn' })
    log.debug({}, 'no')
    log.info({}, 'no')
    log.warn({}, 'yes')
    log.error({}, 'yes')
    assert.equal(lines.length, 2)
    const silent = logInto({ level: 'silent' })
    silent.log.error({}, 'no')
    assert.equal(silent.lines.length, 0)
  })

  test("puts a child's bindings on every line", () => {
    const { log, last } = logInto()
    log.child({ plugin: 'mine' }).warn({ a: 1 }, 'odd')
    const { time, ...others } = last()
    assert.deepEqual(others, { level: 'warn', plugin: 'mine', a: 1, msg: 'odd' })
  })

  test('shows no secret, wherever it stands', () => {
    for (const pretty of [false, true]) {
      const { log, lines } = logInto({ pretty })
      const child = log.child({ bound: SECRET })
      child.error(
        { field: SECRET, deep: [{ text: `x ${SECRET} y` }], error: new Error(SECRET) },
        `said ${SECRET}`,
      )
      const text = lines.join('')
      assert.equal(text.split('[key a]').length - 1 >= 5, true, text)
      assert.doesNotMatch(text, /cret-/)
    }
  })

  test('shows an error with message, stack and cause, under err and under error', () => {
    const { log, last } = logInto()
    const error = new Error('outside', { cause: new Error('inside') })
    for (const name of ['err', 'error']) {
      log.error({ [name]: error }, 'failed')
      const shown = last()[name] as { message: string; stack: string }
      assert.match(shown.message, /outside/)
      assert.match(shown.stack, /inside/)
      assert.match(shown.stack, /log\.test\.ts/)
    }
  })

  test('takes fields that contain themselves', () => {
    const { log, last } = logInto()
    const circle: Record<string, unknown> = {}
    circle.self = circle
    log.info({ circle, big: 1n }, 'round')
    assert.equal(last().msg, 'round')
  })

  test('writes readable lines for a terminal', () => {
    const { log, lines } = logInto({ pretty: true })
    log.info({ port: 8000, host: '127.0.0.1', name: 'two words', tags: ['a'] }, 'listening')
    assert.match(
      lines[0]!,
      /^\d{4}-\S+Z INFO {2}listening port=8000 host=127\.0\.0\.1 name="two words" tags=\["a"\]\n$/,
    )
    log.error({ error: new Error('broken') }, 'failed')
    assert.match(lines[1]!, /^\S+ ERROR failed error=broken\n {4}Error: broken\n {4} +at /)
  })

  test('lets no text from outside fake a line or steer the terminal', () => {
    const { log, lines } = logInto({ pretty: true })
    log.info({ a: '\u001b[2J\n', b: '\u009b2J' }, 'x\n2026 ERROR fake\u001b[2J')
    assert.doesNotMatch(lines.join('').slice(0, -1), /\p{Cc}/u)
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRelatedFile } from '../core/kept-files/related-file.ts'

const FILE = 'some\r\n--bytes\r\n--b, and more\r\n'
const body = (boundary: string) =>
  [
    `--${boundary}\r\ncontent-type: application/json\r\n\r\n{"file":{"displayName":"x"}}\r\n`,
    `--${boundary}\r\ncontent-type: text/plain\r\n\r\n${FILE}\r\n--${boundary}--\r\n`,
  ].join('')

function read(contentType: string, text: string, size: number): string {
  const related = createRelatedFile(contentType)
  const bytes = Buffer.from(text)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size)
    pieces.push(related!.push(bytes.subarray(at, at + size)) ?? Buffer.alloc(0))
  return Buffer.concat(pieces).toString()
}

describe('The file in a body with its description', () => {
  for (const size of [1, 7, 64, 10_000]) {
    test(`is the same in pieces of ${size}`, () => {
      assert.equal(read('multipart/related; boundary=bound', body('bound'), size), FILE)
      assert.equal(read('multipart/related; type=x; boundary="b c"', body('b c'), size), FILE)
    })
  }

  test('is nothing where there is no boundary, or no second part', () => {
    assert.equal(createRelatedFile('multipart/related'), undefined)
    assert.equal(read('multipart/related; boundary=b', 'no parts at all', 3), '')
    assert.equal(read('multipart/related; boundary=b', `--b\r\n\r\n${'x'.repeat(2_000_000)}`, 100_000), '')
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { renamedInBytes } from '../core/ownership/renamed-in-bytes.ts'

const RENAMES = new Map([
  ['files/abc', 'files/xyz-0'],
  ['files/two', 'files/2'],
  ['files/v1beta', 'files/v'],
])

function renamed(text: string): string {
  return new TextDecoder().decode(renamedInBytes(new TextEncoder().encode(text), RENAMES))
}

describe('A body in which files have other names', () => {
  for (const [title, before, after] of [
    [
      'names them in every field that refers to one',
      '{"fileUri":"https://g/v1beta/files/abc", "file_uri" : "files/two","fileName":"files/abc"}',
      '{"fileUri":"https://g/v1beta/files/xyz-0", "file_uri" : "files/2","fileName":"files/xyz-0"}',
    ],
    [
      'is otherwise byte for byte the same',
      '{ "n": 12345678901234567890, "fileUri":"files/abc",\n"u":"ü\\u0001","fileUri":"files/two" }',
      '{ "n": 12345678901234567890, "fileUri":"files/xyz-0",\n"u":"ü\\u0001","fileUri":"files/2" }',
    ],
    [
      'keeps slashes as they are written',
      '{"a":{"url":"https:\\/\\/g\\/v1\\/files\\/abc:download?alt=media"},"uri":"files/two"}',
      '{"a":{"url":"https:\\/\\/g\\/v1\\/files\\/xyz-0:download?alt=media"},"uri":"files/2"}',
    ],
    [
      'leaves texts alone, and what only looks alike',
      '{"text":"files/abc","path":"files/abc","uri":"files/abcd","id":"abc","q":"\\"files/abc\\"","fileUri":"files/two"}',
      '{"text":"files/abc","path":"files/abc","uri":"files/abcd","id":"abc","q":"\\"files/abc\\"","fileUri":"files/2"}',
    ],
    [
      'finds letters that are written as escapes',
      '{"fileUri":"files/\\u0061bc","file_uri":"files/two"}',
      '{"fileUri":"files/xyz-0","file_uri":"files/2"}',
    ],
    [
      'finds what is written in both ways',
      '{"fileUri":"files/abc","uri":"files/\\u0061bc","file_uri":"files\\/two"}',
      '{"fileUri":"files/xyz-0","uri":"files/xyz-0","file_uri":"files/2"}',
    ],
    [
      'keeps the rest of an address',
      '{"fileUri":"https://g/v1beta/files/v1beta","uri":"https:\\/\\/g\\/v1beta\\/files\\/v1beta"}',
      '{"fileUri":"https://g/v1beta/files/v","uri":"https:\\/\\/g\\/v1beta\\/files\\/v"}',
    ],
    [
      'leaves alone what a model and its tools told each other',
      '{"p":[{"functionCall":{"args":{"a":[{"uri":"files/abc"}]}}},{"functionResponse":{"response":{"uri":"files/two"},"parts":[{"fileData":{"fileUri":"files/abc"}}]}}]}',
      '{"p":[{"functionCall":{"args":{"a":[{"uri":"files/abc"}]}}},{"functionResponse":{"response":{"uri":"files/two"},"parts":[{"fileData":{"fileUri":"files/xyz-0"}}]}}]}',
    ],
  ] as const) {
    test(title, () => assert.equal(renamed(before), after))
  }
})

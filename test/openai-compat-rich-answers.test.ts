import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { describe, test } from 'node:test'
import { merged } from './merged.ts'
import { both, firstOf, says } from './openai-both.ts'
import { whole } from './openai-codec.ts'

describe('an answer that is more than text', () => {
  test('names where its text comes from, counted as JavaScript counts', () => {
    const text = 'Grüße 👋 aus Oslo.'
    const groundingMetadata = {
      webSearchQueries: ['oslo'],
      groundingChunks: [
        { web: { uri: 'https://a.example/', title: 'A' } },
        { web: { uri: 'https://b.example/' } },
      ],
      groundingSupports: [
        { segment: { startIndex: 13, endIndex: 21, text: 'aus Oslo' }, groundingChunkIndices: [0, 1] },
      ],
    }
    const { message } = both([
      says([{ text: text.slice(0, 8) }], {}),
      says([{ text: text.slice(8) }], {}),
      says([], { groundingMetadata, finishReason: 'STOP' }),
    ])
    const places = [
      { title: 'A', url: 'https://a.example/' },
      { title: 'https://b.example/', url: 'https://b.example/' },
    ]
    const start_index = text.indexOf('aus')
    assert.deepEqual(
      message.annotations,
      places.map((place) => ({
        type: 'url_citation',
        url_citation: { start_index, end_index: start_index + 'aus Oslo'.length, ...place },
      })),
    )
  })

  test('names no places where it has none', () => {
    for (const groundingMetadata of [{}, { groundingChunks: [] }, { webSearchQueries: ['x'] }])
      assert.equal(
        'annotations' in both([says([{ text: 'Hi' }], { groundingMetadata, finishReason: 'STOP' })]).message,
        false,
      )
  })

  test('tells thoughts under both of the names that clients read', () => {
    const { message } = both([says([{ text: 'Hm', thought: true }], {}), says([{ text: 'Hi' }])])
    assert.deepEqual([message.reasoning_content, message.reasoning, message.content], ['Hm', 'Hm', 'Hi'])
  })

  describe('that is spoken', () => {
    const samples = Buffer.from([1, 0, 2, 0, 3, 0, 4, 0])
    const sound = (bytes: Buffer, mimeType: string) => ({
      inlineData: { mimeType, data: bytes.toString('base64') },
    })
    const raw = [
      says([sound(samples.subarray(0, 4), 'audio/L16;codec=pcm;rate=16000')], {}),
      says([sound(samples.subarray(4), 'audio/L16;codec=pcm;rate=16000')]),
    ]
    const soundOf = (message: Record<string, unknown>) => message.audio as { id: string; data: string }
    const bytesOf = (message: Record<string, unknown>) => Buffer.from(soundOf(message).data, 'base64')
    const wav = () => bytesOf(firstOf(whole(merged(raw), { sound: 'wav' })).message)

    test('is the samples that Google gave, whole and streamed', () => {
      const { message, finish_reason } = both(raw, { sound: 'pcm16' })
      assert.deepEqual([bytesOf(message), message.content, finish_reason], [samples, null, 'stop'])
      assert.deepEqual(Object.keys(soundOf(message)), ['id', 'data', 'transcript', 'expires_at'])
    })

    test('is a WAV file of their rate where that is asked for', () => {
      const file = wav()
      assert.equal(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 16), 'RIFFWAVEfmt ')
      assert.deepEqual([file.readUInt32LE(4), file.readUInt32LE(24), file.readUInt32LE(40)], [44, 16_000, 8])
      assert.deepEqual(file.subarray(44), samples)
    })

    test('loses the header of a WAV file, and keeps its rate', () => {
      const file = wav()
      assert.deepEqual(bytesOf(both([says([sound(file, 'audio/wav')])], { sound: 'pcm16' }).message), samples)
      assert.deepEqual(bytesOf(firstOf(whole(says([sound(file, 'audio/wav')]))).message), file)
    })

    test('may be a broken file', () => {
      for (let length = 0; length < 60; length++)
        both([says([sound(wav().subarray(0, length), 'audio/wav')])], { sound: 'pcm16' })
    })
  })
})

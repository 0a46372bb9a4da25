import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newestUsage } from '../core/call/newest-usage.ts'
import { usageSum } from '../core/call/usage-sum.ts'
import type { UsageMetadata } from '../core/canonical.ts'
import { frozen } from './frozen.ts'

describe('the counts of a stream', () => {
  test('are the last that were stated, field by field; a null takes none away', () => {
    const first: UsageMetadata = { promptTokenCount: 3, candidatesTokenCount: 1 }
    const second = { candidatesTokenCount: 5, promptTokenCount: null, thoughtsTokenCount: undefined }
    assert.equal(newestUsage(undefined, first), first)
    assert.deepEqual(newestUsage(frozen(first), frozen(second) as unknown as UsageMetadata), {
      promptTokenCount: 3,
      candidatesTokenCount: 5,
    })
  })
})

describe('the counts of several answers', () => {
  test('are added, by modality too; what is no number is the later one’s', () => {
    const first = {
      promptTokenCount: 3,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 2 },
        { modality: 'AUDIO', tokenCount: 1 },
      ],
      serviceTier: 'standard',
    }
    const second = {
      promptTokenCount: 4,
      candidatesTokenCount: 5,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 4 }],
      candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 5 }],
      serviceTier: 'flex',
      trafficType: null,
    }
    assert.deepEqual(usageSum(frozen(first), frozen(second)), {
      promptTokenCount: 7,
      candidatesTokenCount: 5,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 6 },
        { modality: 'AUDIO', tokenCount: 1 },
      ],
      candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 5 }],
      serviceTier: 'flex',
    })
  })
})

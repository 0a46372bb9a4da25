import type { Model } from '../../core/canonical.ts'

interface Family {
  readonly inputTokenLimit: number
  readonly outputTokenLimit: number
  readonly supportedGenerationMethods: readonly string[]
  readonly thinking?: boolean
}

const GENERATES = ['generateContent', 'countTokens', 'createCachedContent', 'batchGenerateContent']
const MILLION = 1_048_576

const FAMILIES = {
  gemini: {
    inputTokenLimit: MILLION,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: GENERATES,
    thinking: true,
  },
  image: {
    inputTokenLimit: 65_536,
    outputTokenLimit: 32_768,
    supportedGenerationMethods: ['generateContent', 'countTokens', 'batchGenerateContent'],
  },
  speech: {
    inputTokenLimit: 8192,
    outputTokenLimit: 16_384,
    supportedGenerationMethods: ['countTokens', 'generateContent'],
  },
  live: {
    inputTokenLimit: 131_072,
    outputTokenLimit: 8192,
    supportedGenerationMethods: ['countTokens', 'bidiGenerateContent'],
    thinking: true,
  },
  embedding: {
    inputTokenLimit: 2048,
    outputTokenLimit: 1,
    supportedGenerationMethods: ['embedContent', 'countTextTokens', 'countTokens', 'asyncBatchEmbedContent'],
  },
  gemma: {
    inputTokenLimit: 131_072,
    outputTokenLimit: 8192,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  },
  video: { inputTokenLimit: 480, outputTokenLimit: 8192, supportedGenerationMethods: ['predictLongRunning'] },
  interaction: {
    inputTokenLimit: 131_072,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['createInteraction'],
  },
  music: {
    inputTokenLimit: MILLION,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['bidiGenerateMusic'],
  },
  answer: { inputTokenLimit: 7168, outputTokenLimit: 1024, supportedGenerationMethods: ['generateAnswer'] },
} as const satisfies Record<string, Family>

const IDS = {
  gemini: [
    'gemini-4-argon',
    'gemini-4-carbon',
    'gemini-4-hydrogen',
    'gemini-4-hydrogen-eap',
    'gemini-3.8-flash',
    'gemini-3.7-flash',
    'gemini-3.6-flash',
    'gemini-3.5-flash',
    'gemini-3-flash-preview',
    'gemini-flash-latest',
    'gemini-3.5-flash-lite',
    'gemini-3.1-flash-lite',
    'gemini-flash-lite-latest',
    'gemini-3.1-pro-preview',
    'gemini-3.1-pro-preview-customtools',
    'gemini-pro-latest',
    'gemini-2.5-pro',
    'gemini-2.5-flash',
    'gemini-2.5-flash-lite',
    'gemini-robotics-er-2-preview',
    'gemini-3.5-transcribe',
  ],
  image: [
    'gemini-nano-banana-2.1',
    'gemini-3.1-flash-image',
    'gemini-3.1-flash-lite-image',
    'gemini-3-pro-image',
    'nano-banana-pro-preview',
    'gemini-2.5-flash-image',
  ],
  speech: [
    'gemini-3.8-flash-tts',
    'gemini-3.8-flash-lite-tts',
    'gemini-3.1-flash-tts-preview',
    'gemini-2.5-flash-preview-tts',
    'gemini-2.5-pro-preview-tts',
  ],
  live: [
    'gemini-3.5-transcribe-live',
    'gemini-3.8-live',
    'gemini-3.8-live-extended-thinking',
    'gemini-3.5-live-translate-preview',
    'gemini-3.1-flash-live-preview',
    'gemini-2.5-flash-native-audio-latest',
    'gemini-2.5-flash-native-audio-preview-12-2025',
  ],
  embedding: ['gemini-embedding-2', 'gemini-embedding-001'],
  gemma: ['gemma-4-31b-it', 'gemma-4-26b-a4b-it', 'gemma-3-27b-it'],
  video: ['veo-3.1-generate-preview', 'veo-3.1-fast-generate-preview'],
  interaction: [
    'gemini-omni-1.2-flash',
    'gemini-omni-1.1-flash',
    'gemini-decision-1',
    'deep-research-pro-preview-12-2025',
    'antigravity-preview-09-2026',
  ],
  music: ['lyria-3.5', 'lyria-3-pro-preview', 'lyria-3-clip-preview', 'lyria-realtime-exp'],
  answer: ['aqa'],
} as const satisfies Record<keyof typeof FAMILIES, readonly string[]>

/** Every model of the simulated API, as `ListModels` describes it, by id; `more` ids are made Gemini models. */
export function createModels(more: readonly string[] = []): ReadonlyMap<string, Model> {
  const models = new Map<string, Model>()
  for (const [family, ids] of Object.entries(IDS) as [keyof typeof FAMILIES, readonly string[]][]) {
    for (const id of ids) models.set(id, toModel(id, FAMILIES[family]))
  }
  for (const id of more) models.set(id, toModel(id, FAMILIES.gemini))
  return models
}

/** True when the model answers this method; streaming is part of `generateContent`, batches of `embedContent`. */
export function supports(model: Model, operation: string): boolean {
  const method =
    { streamGenerateContent: 'generateContent', batchEmbedContents: 'embedContent' }[operation] ?? operation
  return model.supportedGenerationMethods?.includes(method) ?? false
}

function toModel(id: string, family: Family): Model {
  const displayName = id.replace(
    /(^|-)([a-z0-9])/g,
    (_, dash, letter) => (dash ? ' ' : '') + letter.toUpperCase(),
  )
  return {
    name: `models/${id}`,
    version: id.endsWith('-latest') ? displayName : '001',
    displayName,
    description: `Simulated ${displayName}`,
    ...family,
    ...(family.supportedGenerationMethods.includes('generateContent')
      ? { temperature: 1, topP: 0.95, topK: 64, maxTemperature: 2 }
      : {}),
  }
}

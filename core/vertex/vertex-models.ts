import { noKeys } from '../call/refusal.ts'
import type { Model } from '../canonical.ts'
import type { ModelCatalogue } from '../models/model-catalogue.ts'
import { toModelPattern } from '../models/model-pattern.ts'
import type { Settings } from '../settings/settings.ts'

type VertexSettings = Settings['upstream']['vertex']

/** The names of Vertex's models as the settings say them: those that are sent to it, then the others. */
export function namesListed({ models, listed }: Pick<VertexSettings, 'models' | 'listed'>): string[] {
  return [...new Set([...models.filter((name) => !name.includes('*')), ...listed])]
}

/** Whether calls of a model go to Vertex, whatever their path; undefined where those of none do. */
export function isOfVertex({
  models,
}: Pick<VertexSettings, 'models'>): ((model: string) => boolean) | undefined {
  if (models.length === 0) return undefined
  const patterns = models.map(toModelPattern)
  return (model) => patterns.some((fits) => fits(model))
}

/** Vertex's own catalogue. Google gives its keys no list, so it is what the settings say; without keys there is none. */
export function vertexCatalogue(settings: VertexSettings, hasKeys: () => boolean): ModelCatalogue {
  const models = namesListed(settings).map(toModel)
  const known = new Set(models.map(({ name }) => name))
  return {
    async models() {
      if (!hasKeys()) throw noKeys('vertex')
      return models
    },
    seenBy(model) {
      const name = model.startsWith('models/') ? model : `models/${model}`
      return hasKeys() && known.has(name) ? VERTEX : []
    },
    close() {},
  }
}

/** Nobody can say which projects see a model; somebody is said to. */
const VERTEX = ['vertex']

/** Whether a model embeds, and does nothing else. */
export function isEmbedding(model: string): boolean {
  return model.includes('embedding')
}

function toModel(id: string): Model {
  const methods = isEmbedding(id) ? ['embedContent'] : ['generateContent', 'countTokens']
  return { name: `models/${id}`, displayName: id, supportedGenerationMethods: methods }
}

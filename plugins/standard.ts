import type { PluginDefinition } from '../core/plugin.ts'
import anthropic from './anthropic/index.ts'
import embeddings from './embeddings/index.ts'
import fakeStream from './fake-stream/index.ts'
import gemini from './gemini/index.ts'
import keyStrategies from './key-strategies/index.ts'
import media from './media/index.ts'
import modelAliases from './model-aliases/index.ts'
import openaiCompat from './openai-compat/index.ts'
import search from './search/index.ts'
import signatures from './signatures/index.ts'
import thinking from './thinking/index.ts'

/** The plugins that ship, in the order they run. */
export const standardPlugins: readonly PluginDefinition[] = [
  gemini,
  anthropic,
  openaiCompat,
  embeddings,
  media,
  signatures,
  keyStrategies,
  modelAliases,
  thinking,
  search,
  fakeStream,
]

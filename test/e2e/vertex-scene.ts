import type { SimulatedGoogleOptions } from '../../adapters/simulated-google/index.ts'
import { newKeys } from './admin-client.ts'
import { LENIENT, openScene, type Scene } from './scene.ts'

/** Keys of the Gemini API, and keys of Vertex Express. */
export const GEMINI_KEYS = newKeys(2, 'gemini')
export const VERTEX_KEYS = newKeys(3, 'vertex')

/** Which keys a scene has, and what Vertex is asked for beside its own path. */
export interface VertexSceneOptions {
  readonly gemini?: readonly string[]
  readonly vertex?: readonly string[]
  /** `upstream.vertex.models` */
  readonly models?: readonly string[]
  readonly settings?: Record<string, unknown>
  readonly google?: SimulatedGoogleOptions
}

/** A gateway with keys of both services, used in turn. */
export function openVertexScene(options: VertexSceneOptions = {}): Promise<Scene> {
  const { gemini = GEMINI_KEYS, vertex = VERTEX_KEYS, models = [], settings = {}, google } = options
  const keys = [
    ...gemini.map((key, index) => ({ key, name: `gemini-${index + 1}` })),
    ...vertex.map((key, index) => ({ key, name: `vertex-${index + 1}`, upstream: 'vertex' })),
  ]
  return openScene(
    gemini,
    { ...settings, keys, upstream: { vertex: { models } } },
    { ...LENIENT, google: { ...LENIENT.google, keys: [...gemini], vertexKeys: [...vertex], ...google } },
  )
}

/** The paths that Google was asked at, and by which kind of key. */
export function askedOf({ google }: Scene): string[] {
  return google.calls.map(
    ({ path, key }) => `${VERTEX_KEYS.includes(key ?? '') ? 'vertex' : 'gemini'} ${path}`,
  )
}

import type { Settings } from './settings.ts'

type VertexSettings = Pick<Settings['upstream']['vertex'], 'models' | 'listed'>

/** What is wrong with the names of Vertex's models: calls would not fit them, or clients could not call them. */
export function problemsOfVertexModels(
  { models, listed }: VertexSettings,
  where: (path: string) => string,
): string[] {
  const problemsOf = (list: keyof VertexSettings, names: readonly string[]) =>
    names.flatMap((name, index) => {
      const problem = problemOfPlace(name) ?? (list === 'listed' ? problemOfPattern(name) : undefined)
      const path = `upstream.vertex.${list}`
      return problem ? [`Setting "${path}[${index}]" ${where(path)} ${problem}`] : []
    })
  return [...problemsOf('models', models), ...problemsOf('listed', listed)]
}

function problemOfPlace(name: string): string | undefined {
  const place = name.slice(0, name.lastIndexOf('/') + 1)
  return place === '' ? undefined : `must be a model's name alone; take away "${place}"`
}

function problemOfPattern(name: string): string | undefined {
  return name.includes('*')
    ? 'must be the name of one model; patterns go into "upstream.vertex.models"'
    : undefined
}

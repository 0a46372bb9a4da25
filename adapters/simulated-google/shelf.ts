import { randomBytes } from 'node:crypto'

/** A resource as Google shows it, and what it is kept with. */
export interface Resource {
  readonly name: string
  readonly project: string
  readonly value: Record<string, unknown>
  /** Of a small uploaded file. */
  readonly bytes?: Buffer
  /** When Google has looked through it, in milliseconds; until then it is of no use. */
  readonly activeAt?: number
}

/** What each project has made. */
export interface Shelf {
  find(project: string, name: string): Resource | undefined
  /** In the order of making, those whose name has exactly one word more than `collection`. */
  list(project: string, collection: string): readonly Resource[]
  /** Adds, or replaces one of the same name. */
  put(resource: Resource): void
  remove(project: string, name: string): void
  /** Every file of every project. */
  files(): readonly Resource[]
  clear(): void
}

/** An empty shelf for every project; `now` in milliseconds. */
export function createShelf(now: () => number): Shelf {
  const all = new Map<string, Resource>()
  const placeOf = (project: string, name: string) => `${project} ${name}`
  const found = () => Array.from(all.values(), (resource) => asOf(resource, now()))
  return {
    find(project, name) {
      const resource = all.get(placeOf(project, name))
      return resource && asOf(resource, now())
    },
    list: (project, collection) =>
      found().filter(
        ({ name, project: owner }) =>
          owner === project && name.slice(0, name.lastIndexOf('/')) === collection,
      ),
    put: (resource) => {
      all.set(placeOf(resource.project, resource.name), resource)
    },
    remove: (project, name) => {
      all.delete(placeOf(project, name))
    },
    files: () => found().filter(({ name }) => name.startsWith('files/')),
    clear: () => all.clear(),
  }
}

function asOf(resource: Resource, now: number): Resource {
  const { activeAt, value } = resource
  if (activeAt === undefined) return resource
  return { ...resource, value: { ...value, state: now < activeAt ? 'PROCESSING' : 'ACTIVE' } }
}

/** An id as Google makes them. */
export function newId(): string {
  return randomBytes(9).toString('hex').slice(0, 12)
}

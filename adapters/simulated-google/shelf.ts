import { randomBytes } from 'node:crypto'

/** A resource as Google shows it, and what it is kept with. */
export interface Resource {
  readonly name: string
  readonly project: string
  readonly value: Record<string, unknown>
  /** Of a small uploaded file. */
  readonly bytes?: Buffer
}

/** What each project has made. */
export interface Shelf {
  find(project: string, name: string): Resource | undefined
  /** In the order of making, those whose name has exactly one word more than `collection`. */
  list(project: string, collection: string): readonly Resource[]
  /** Adds, or replaces one of the same name. */
  put(resource: Resource): void
  remove(project: string, name: string): void
  clear(): void
}

/** An empty shelf for every project. */
export function createShelf(): Shelf {
  const all = new Map<string, Resource>()
  const placeOf = (project: string, name: string) => `${project} ${name}`
  return {
    find: (project, name) => all.get(placeOf(project, name)),
    list: (project, collection) =>
      [...all.values()].filter(
        ({ name, project: owner }) =>
          owner === project && name.slice(0, name.lastIndexOf('/')) === collection,
      ),
    put: (resource) => {
      all.set(placeOf(resource.project, resource.name), resource)
    },
    remove: (project, name) => {
      all.delete(placeOf(project, name))
    },
    clear: () => all.clear(),
  }
}

/** An id as Google makes them. */
export function newId(): string {
  return randomBytes(9).toString('hex').slice(0, 12)
}

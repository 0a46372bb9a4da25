import type { ResourceRecord } from '../store.ts'
import { collectionOf } from './resource-name.ts'

/** Every resource that is known, by name and by owner. */
export interface ResourceTable {
  readonly size: number
  /** All of one name, oldest first: two projects may each have one. */
  named(name: string): readonly ResourceRecord[]
  /** What an owner has in a collection, oldest first. */
  ownedBy(owner: string, collection: string): readonly ResourceRecord[]
  /** Takes one in, in place of the same one; returns what had to give way. */
  put(resource: ResourceRecord): readonly ResourceRecord[]
  remove(resource: ResourceRecord): void
  /** Takes out what is over, and returns it. */
  sweep(now: number): readonly ResourceRecord[]
}

/** Resources of one kind that one owner may have; past that the oldest is forgotten. */
const MOST = 20_000

/** An empty table; `ownerOf` tells whose a resource is. */
export function createResourceTable(
  ownerOf: (resource: ResourceRecord) => string,
  most = MOST,
): ResourceTable {
  const byName = new Map<string, ResourceRecord[]>()
  const shelves = new Map<string, Map<string, ResourceRecord>>()
  let size = 0

  function shelfOf(owner: string, collection: string): Map<string, ResourceRecord> {
    const place = JSON.stringify([owner, collection])
    const known = shelves.get(place)
    if (known) return known
    const shelf = new Map<string, ResourceRecord>()
    shelves.set(place, shelf)
    return shelf
  }

  function remove(resource: ResourceRecord): void {
    const shelf = shelfOf(ownerOf(resource), collectionOf(resource.name))
    if (!shelf.delete(idOf(resource))) return
    size--
    const left = (byName.get(resource.name) ?? []).filter((other) => idOf(other) !== idOf(resource))
    if (left.length > 0) byName.set(resource.name, left)
    else byName.delete(resource.name)
  }

  function put(resource: ResourceRecord): readonly ResourceRecord[] {
    for (const same of byName.get(resource.name) ?? []) if (idOf(same) === idOf(resource)) remove(same)
    const shelf = shelfOf(ownerOf(resource), collectionOf(resource.name))
    shelf.set(idOf(resource), resource)
    byName.set(resource.name, [...(byName.get(resource.name) ?? []), resource])
    size++
    const [oldest] = shelf.values()
    if (shelf.size <= most || oldest === undefined) return []
    remove(oldest)
    return [oldest]
  }

  return {
    get size() {
      return size
    },
    named: (name) => byName.get(name) ?? [],
    ownedBy: (owner, collection) => [...(shelves.get(JSON.stringify([owner, collection]))?.values() ?? [])],
    put,
    remove,
    sweep(now) {
      const over = [...byName.values()].flat().filter(({ expiresAt }) => expiresAt <= now)
      for (const resource of over) remove(resource)
      for (const [place, shelf] of shelves) if (shelf.size === 0) shelves.delete(place)
      return over
    },
  }
}

/** One key cannot have two resources of one name. */
function idOf({ name, keyId }: ResourceRecord): string {
  return `${keyId} ${name}`
}

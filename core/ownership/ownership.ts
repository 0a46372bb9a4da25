import type { Key } from '../keys.ts'
import type { ResourceRecord } from '../store.ts'
import type { Made } from './names-made.ts'
import { notPermitted, notTheirs, twoProjects } from './ownership-errors.ts'
import type { ResourceChanges, ResourceMemory } from './resource-memory.ts'
import { lifetimeOf } from './resource-name.ts'
import { createResourceTable } from './resource-table.ts'

/** Where a resource is: only keys of this project may use it. */
export interface Place {
  readonly name: string
  /** As the pool knows it now. */
  readonly project: string
  /** The key that made it. */
  readonly keyId: string
}

/** Where a request must go. */
export interface Destination extends Place {
  /** Files that it names and that other projects could have too; absent where there are none. */
  readonly movable?: MovableFiles
}

/** Files whose copies could stand in for them. */
export interface MovableFiles {
  readonly places: readonly Place[]
  /** Something else that it names, which can be in its own project only. */
  readonly pinned: Place | undefined
}

/** A resource that was looked for by its name. */
export interface FoundPlace extends Place {
  /** `ResourceRecord.uploadPath` */
  readonly uploadPath: string | undefined
}

/** What a request names. */
export interface Named {
  /** By its path. */
  readonly path?: string | undefined
  /** In its body. */
  readonly body: readonly string[]
}

/** What a client has of one collection in one project. */
export interface Holding {
  readonly place: Place
  readonly names: ReadonlySet<string>
}

/** Which project owns which resource, and which client made it. */
export interface Ownership {
  /**
   * The project that a request must go to; undefined where it names nothing that is known. Throws a GatewayError
   * where it names what another client owns, things of two projects, or by its path what nobody here made.
   */
  locate(client: string, named: Named): Destination | undefined
  /** The client's own resource of this name. */
  find(client: string, name: string): FoundPlace | undefined
  /** The client that made what has this name; undefined where none did, or several. */
  makerOf(name: string): string | undefined
  /** Keeps what a key made for a client; settles when that is saved. */
  learn(client: string, key: Pick<Key, 'id' | 'project'>, made: readonly Made[]): Promise<void>
  forget(client: string, name: string): Promise<void>
  /** Where a client has something in a collection, always in the same order. */
  holdings(client: string, collection: string): readonly Holding[]
  close(): Promise<void>
}

export interface OwnershipOptions {
  readonly saved: readonly ResourceRecord[]
  readonly memory: ResourceMemory
  /** Every client may see what any has made, and what was made elsewhere. */
  readonly shared: boolean
  readonly now: () => number
  /** The key of an id, as it is now. */
  keyOf(id: string): Key | undefined
  /** Whether other projects could have a resource too; none where absent. */
  isMovable?(resource: Pick<ResourceRecord, 'name' | 'keyId'>): boolean
  /** Told of resources that are no longer anybody's. */
  gone?(resources: readonly ResourceRecord[]): void
  readonly sweepMilliseconds?: number
}

/** Ownership as it was saved. */
export function createOwnership(options: OwnershipOptions): Ownership {
  const { memory, shared, now, keyOf, isMovable, sweepMilliseconds = 60_000 } = options
  const ownerOf = shared ? () => '' : ({ client }: Pick<ResourceRecord, 'client'>) => client
  const table = createResourceTable(ownerOf)
  for (const resource of options.saved) table.put(resource)
  const timer = setInterval(sweep, sweepMilliseconds)
  timer.unref?.()

  function sweep(): void {
    const removed = table.sweep(now())
    if (removed.length > 0) void remember({ removed })
  }

  function remember(changes: ResourceChanges & { readonly removed: readonly ResourceRecord[] }) {
    if (changes.removed.length > 0) options.gone?.(changes.removed)
    return memory.save(changes)
  }

  const alive = (name: string) => table.named(name).filter(({ expiresAt }) => expiresAt > now())
  const isOf = (client: string) => (resource: ResourceRecord) => ownerOf(resource) === ownerOf({ client })
  const find = (client: string, name: string) => alive(name).findLast(isOf(client))

  /** A project may have got another name since; the key knows it. */
  function placeOf({ name, keyId, project }: ResourceRecord): Place {
    return { name, keyId, project: keyOf(keyId)?.project ?? project }
  }

  function locate(client: string, { path, body }: Named): Destination | undefined {
    const owned = path === undefined ? undefined : find(client, path)
    if (path !== undefined && owned === undefined && !shared) throw notTheirs()
    let place = owned && placeOf(owned)
    const movable: Place[] = []
    for (const name of body) {
      const resource = find(client, name)
      if (resource === undefined) {
        if (alive(name).length > 0) throw notPermitted(name)
        continue
      }
      const other = placeOf(resource)
      if (isMovable?.(resource)) {
        movable.push(other)
        continue
      }
      if (place !== undefined && place.project !== other.project)
        throw twoProjects(place.name, name, isMovable !== undefined)
      place ??= other
    }
    const [first = place] = movable
    if (first === undefined || movable.length === 0) return place
    return { ...(place ?? first), movable: { places: movable, pinned: place } }
  }

  function toRecord(
    client: string,
    { id: keyId, project }: Pick<Key, 'id' | 'project'>,
    { name, expiresAt, uploadPath }: Made,
  ): ResourceRecord | undefined {
    const known = alive(name).find((resource) => placeOf(resource).project === project)
    // Whoever made it has it; an answer may quote a name that is another client's.
    if (known !== undefined && !isOf(client)(known)) return undefined
    if (known !== undefined && (expiresAt === undefined || expiresAt === known.expiresAt)) return undefined
    const fresh = { name, keyId, project, client, createdAt: now(), uploadPath }
    return { ...(known ?? fresh), expiresAt: expiresAt ?? now() + lifetimeOf(name) }
  }

  return {
    locate,
    find(client, name) {
      const resource = find(client, name)
      return resource && { ...placeOf(resource), uploadPath: resource.uploadPath }
    },
    makerOf(name) {
      const [resource, ...others] = alive(name)
      return others.length === 0 ? resource?.client : undefined
    },
    async learn(client, key, made) {
      const put = made.map((item) => toRecord(client, key, item)).filter((record) => record !== undefined)
      const removed = put.flatMap(table.put)
      await remember({ put, removed })
    },
    async forget(client, name) {
      const removed = table.named(name).filter(isOf(client))
      for (const resource of removed) table.remove(resource)
      await remember({ removed })
    },
    holdings(client, collection) {
      const byProject = new Map<string, { readonly place: Place; readonly names: Set<string> }>()
      for (const resource of table.ownedBy(ownerOf({ client }), collection)) {
        if (resource.expiresAt <= now()) continue
        const place = placeOf(resource)
        const held = byProject.get(place.project) ?? { place, names: new Set<string>() }
        held.names.add(resource.name)
        byProject.set(place.project, held)
      }
      return [...byProject.values()].toSorted((one, other) =>
        one.place.project < other.place.project ? -1 : 1,
      )
    },
    async close() {
      clearInterval(timer)
      await memory.close()
    },
  }
}

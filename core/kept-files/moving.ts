import type { KeyLoop } from '../call/key-loop.ts'
import { nothingLeft } from '../call/refusal.ts'
import type { UpstreamRequest } from '../call/upstream.ts'
import { type GatewayError, isGatewayError } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import type { MovableFiles, Place } from '../ownership/ownership.ts'
import { twoProjects } from '../ownership/ownership-errors.ts'
import type { Pool } from '../pool/pool.ts'
import { candidatesFor, missingIn, twoApart, type Whereabouts } from './choose-project.ts'
import type { Copies } from './copies.ts'
import type { Errand } from './copy-upload.ts'
import type { FileCopy, KeptFile } from './kept-file.ts'
import { idOf, toMoved, toOriginal } from './moved-request.ts'
import type { Shelf } from './shelf.ts'

export interface MovingOptions {
  readonly shelf: Pick<Shelf, 'find' | 'touch'>
  readonly copies: Copies
  readonly pool: Pool
  /** No other project is asked after it. */
  readonly deadlineMilliseconds: number
  readonly now: () => number
  /** Milliseconds on a clock that never goes back. */
  readonly elapsed: () => number
}

/** A file that the call names, as it is known now. */
interface Named extends Whereabouts {
  readonly name: string
  readonly place: Place
  readonly file: KeptFile | undefined
}

/** The copies that a call names in place of files. */
type Moved = ReadonlyMap<KeptFile, FileCopy>

/** One call on its way from project to project. */
interface Journey {
  readonly request: UpstreamRequest
  readonly movable: MovableFiles
  readonly errand: Errand
  readonly deadline: number
  /** Projects that could not answer it. */
  readonly passed: Set<string>
  /** Why the first of them could not. */
  refusal: GatewayError | undefined
  /** Copies were found to be gone once. */
  isRenewed: boolean
}

/** So many projects are asked at most: each may cost an upload of all that the call names. */
const MOST_PROJECTS = 3
/** Files of one call that are uploaded at the same time. */
const AT_ONCE = 4

/**
 * A key loop that brings the files of a call together: a call that names files of several projects, or of one of
 * which no key can be used now, goes to the project to which least must be uploaded, and names their copies there.
 */
export function withMovedFiles(keyLoop: KeyLoop, options: MovingOptions): KeyLoop {
  const { shelf, copies, pool, elapsed } = options

  return {
    async run(request, trace, leaving, read) {
      const { movable } = request
      if (movable === undefined) return keyLoop.run(request, trace, leaving, read)
      for (const place of movable.places) shelf.touch(place)
      trace.census ??= pool.census({ model: request.model }) // before an upload counts those of another model
      const journey = begin(request, movable, { trace, leaving })
      for (;;) {
        const project = projectFor(journey)
        if (project === undefined) throw journey.refusal ?? nobodyFor(journey)
        const moved = await bring(journey, project)
        if (moved === undefined) continue
        try {
          return await keyLoop.run(toMoved(request, project, namesIn(moved)), trace, leaving, read)
        } catch (thrown) {
          if (leaving.aborted || !isGatewayError(thrown)) throw thrown
          if (isOut(thrown)) passBy(journey, project, thrown)
          else if (!(await renew(journey, moved, thrown))) throw toOriginal(thrown, namesIn(moved))
        }
      }
    },
  }

  function begin(request: UpstreamRequest, movable: MovableFiles, errand: Errand): Journey {
    const deadline = elapsed() + options.deadlineMilliseconds
    return { request, movable, errand, deadline, passed: new Set(), refusal: undefined, isRenewed: false }
  }

  function passBy(journey: Journey, project: string, refusal: GatewayError): void {
    journey.passed.add(project)
    journey.refusal ??= refusal
  }

  function namedBy({ places }: MovableFiles): readonly Named[] {
    return places.map((place) => {
      const file = shelf.find(place)
      const elsewhere = file ? copies.of(file).map(copies.projectOf) : []
      return {
        name: place.name,
        place,
        file,
        projects: new Set([place.project, ...elsewhere]),
        length: file?.length ?? 0,
        isMovable: file?.hasBytes === true,
      }
    })
  }

  function projectFor(journey: Journey): string | undefined {
    const { movable, passed, request } = journey
    if (passed.size >= MOST_PROJECTS || (passed.size > 0 && elapsed() >= journey.deadline)) return undefined
    const { model } = request
    const mayBe = (project: string) => !passed.has(project) && pool.usable({ model, project }).size > 0
    const named = namedBy(movable)
    const only = onlyProject(journey)
    if (only !== undefined) return mayBe(only) && isWithin(named, only) ? only : undefined
    const near = candidatesFor(named).find(({ project }) => mayBe(project))
    return near?.project ?? (named.every(({ isMovable }) => isMovable) ? elsewhere(journey) : undefined)
  }

  /** A project that has none of the files, as the strategy would choose it for any call. */
  function elsewhere({ request, passed }: Journey): string | undefined {
    const { model, affinity } = request
    const usable = pool.usable({ model })
    const tried = [...passed].flatMap((project) => usable.byProject(project))
    const key = pool.pick({ model, ...(affinity !== undefined && { affinity }) }, tried)
    return key === undefined || passed.has(key.project) ? undefined : key.project
  }

  /** Why no project can be asked at all. */
  function nobodyFor(journey: Journey): GatewayError {
    const { movable, request, errand } = journey
    const named = namedBy(movable)
    const project = onlyProject(journey) ?? candidatesFor(named)[0]?.project
    if (project !== undefined && isWithin(named, project))
      return nothingLeft(pool, { model: request.model, project }, errand.trace, options.now())
    const fixed = named.filter(({ isMovable }) => !isMovable)
    const pinned = movable.pinned ? [{ ...movable.pinned, projects: new Set([movable.pinned.project]) }] : []
    return twoProjects(...twoApart([...pinned, ...fixed]), true)
  }

  /** The copies that the call must name in a project; undefined where they cannot be had there. */
  async function bring(journey: Journey, project: string): Promise<Moved | undefined> {
    const { movable, errand } = journey
    const away = namedBy(movable).filter(({ place }) => place.project !== project)
    try {
      return new Map(await inParallel(away, AT_ONCE, (named) => bringOne(named, project, errand)))
    } catch (thrown) {
      if (errand.leaving.aborted || !isGatewayError(thrown)) throw thrown
      passBy(journey, project, thrown)
      return undefined
    }
  }

  async function bringOne(
    { name, file, projects }: Named,
    project: string,
    errand: Errand,
  ): Promise<[KeptFile, FileCopy]> {
    if (file === undefined) throw new TypeError('A file that nothing is known of cannot be brought anywhere')
    const copy = await copies.bring(file, project, errand)
    errand.trace.notes.push(
      projects.has(project)
        ? `the copy of ${name} in the project that is to answer is used`
        : `${name} was uploaded again to the project that is to answer`,
    )
    return [file, copy]
  }

  /** Copies may have been deleted at Google by other hands; then they are made anew, once. */
  async function renew(journey: Journey, moved: Moved, { kind, message }: GatewayError): Promise<boolean> {
    if (journey.isRenewed || kind !== 'upstream_refused') return false
    const missing = [...moved].filter(([, copy]) => message.includes(idOf(copy.name)))
    for (const [file, copy] of missing) await copies.forget(file, copy)
    journey.isRenewed = true
    return missing.length > 0
  }
}

function isWithin(named: readonly Named[], project: string): boolean {
  return missingIn(project, named) < Number.POSITIVE_INFINITY
}

function namesIn(moved: Moved): ReadonlyMap<string, string> {
  return new Map([...moved].map(([file, copy]) => [file.name, copy.name]))
}

/** The project that must answer, where no other one will do. */
function onlyProject({ request, movable }: Journey): string | undefined {
  return movable.pinned?.project ?? (request.keyId === undefined ? undefined : request.project)
}

/** Whether the project cannot answer now, whatever it is asked. */
function isOut({ kind }: GatewayError): boolean {
  return kind === 'rate_limited' || kind === 'no_available_keys'
}

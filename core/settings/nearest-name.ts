import { distance } from 'fastest-levenshtein'

/**
 * The known name that is most like a mistyped one; undefined where none is near: more than two letters and more
 * than two fifths of the longer name would have to change. Upper and lower case are alike.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  return nearestBy(known, (candidate) => distanceIfNear(name, candidate))
}

/**
 * The known dotted path that is most like a mistyped one: the last segment counts, so that a setting written
 * one level too high or too low finds its place, or else the whole path. undefined where none is near.
 */
export function nearestPath(path: string, known: Iterable<string>): string | undefined {
  const { parent, name } = split(path)
  return nearestBy(known, (candidate) => {
    const other = split(candidate)
    const last = distanceIfNear(name, other.name)
    // Beside each other, the way they share says nothing of how alike they are.
    return parent === other.parent ? last : Math.min(last + 0.5, distanceIfNear(path, candidate))
  })
}

/** `; did you mean "server.port"?`, or '' where nothing is near. */
export function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`
}

/** Infinity where they are not alike. */
function distanceIfNear(name: string, candidate: string): number {
  const far = distance(name.toLowerCase(), candidate.toLowerCase())
  return far <= Math.max(2, 0.4 * Math.max(name.length, candidate.length)) ? far : Number.POSITIVE_INFINITY
}

function split(path: string) {
  const dot = path.lastIndexOf('.')
  return { parent: path.slice(0, Math.max(0, dot)), name: path.slice(dot + 1) }
}

function nearestBy(known: Iterable<string>, far: (candidate: string) => number): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const here = far(candidate)
    if (here < least) {
      best = candidate
      least = here
    }
  }
  return best
}

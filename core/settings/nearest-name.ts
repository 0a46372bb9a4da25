import { distance } from 'fastest-levenshtein'

/** The known name that is most like a mistyped one; undefined when nothing is known. Upper and lower case are alike. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  return nearestBy(known, (candidate) => distance(name.toLowerCase(), candidate.toLowerCase()))
}

/**
 * The known dotted path that is most like a mistyped one: the whole path counts, or else its last
 * segment, so that a setting written one level too high or too low finds its place.
 */
export function nearestPath(path: string, known: Iterable<string>): string | undefined {
  return nearestBy(known, (candidate) =>
    Math.min(
      distance(path.toLowerCase(), candidate.toLowerCase()),
      distance(lastSegment(path), lastSegment(candidate)) + 0.5,
    ),
  )
}

/** `; did you mean "server.port"?`, or '' where nothing is near. */
export function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase()
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

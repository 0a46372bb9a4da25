/** A file that a call names, and where it is. */
export interface Whereabouts {
  /** Projects in which it or a copy of it may be used. */
  readonly projects: ReadonlySet<string>
  /** In bytes. */
  readonly length: number
  /** Whether it could be brought to other projects too. */
  readonly isMovable: boolean
}

/** A project that could answer, once so many bytes were uploaded to it. */
export interface Candidate {
  readonly project: string
  readonly missing: number
}

/** The projects that have one of the files and could have all, those first to which least must be uploaded. */
export function candidatesFor(files: readonly Whereabouts[]): readonly Candidate[] {
  const projects = new Set(files.flatMap((file) => [...file.projects]))
  return [...projects]
    .map((project) => ({ project, missing: missingIn(project, files) }))
    .filter(({ missing }) => missing < Number.POSITIVE_INFINITY)
    .toSorted((one, other) => one.missing - other.missing)
}

/** How many bytes must be uploaded to a project until all of the files are there; infinite where one cannot be. */
export function missingIn(project: string, files: readonly Whereabouts[]): number {
  const missing = files.map(({ projects, length, isMovable }) => {
    if (projects.has(project)) return 0
    return isMovable ? length : Number.POSITIVE_INFINITY
  })
  return missing.reduce((sum, length) => sum + length, 0)
}

/** The names of two of several things that no project has both of; of any two where each two have one. */
export function twoApart(
  things: readonly (Pick<Whereabouts, 'projects'> & { readonly name: string })[],
): readonly [string, string] {
  for (const { name, projects } of things) {
    const other = things.find((each) => each.projects.isDisjointFrom(projects))
    if (other) return [name, other.name]
  }
  const [one, other] = things
  return [one?.name ?? '', other?.name ?? '']
}

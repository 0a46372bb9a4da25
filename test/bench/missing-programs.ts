import { spawnSync } from 'node:child_process'

/** Debian keeps nginx where only the administrator looks. */
process.env.PATH = `${process.env.PATH}:/usr/sbin`

/** The programs that the bench needs and that are not here. */
export function missingPrograms(): string[] {
  return ['nginx', 'wrk'].filter((program) => spawnSync(program, ['-v']).error !== undefined)
}

import { dirname, join, resolve } from 'node:path'
import type { Rooms } from '../rooms.ts'
import type { ContractCase } from '../testing/contract-case.ts'
import { takeTests } from '../testing/test-list.ts'
import { CommandError, type CommandLine, EXIT } from './command.ts'

const SECONDS = 30

/** Runs the tests in the files and folders that are named, or in `plugins` beside the config, one after the other. */
export async function testPlugins(rooms: Rooms, line: CommandLine): Promise<number> {
  const { files, output } = rooms.runtime
  const standard = join(dirname(line.text('config') ?? 'geminate.yaml'), 'plugins')
  const places = line.arguments.length > 0 ? line.arguments : [standard]
  const found = (await Promise.all(places.map((place) => testFilesIn(files, resolve(place))))).flat()
  if (found.length === 0) throw new CommandError(`There is no *.test.ts in ${places.join(', ')}`, EXIT.usage)
  let passed = 0
  let failed = 0
  for (const file of found) {
    output.write(`${file}\n`)
    for (const { title, run } of await testsOf(rooms, file)) {
      const problem = await problemOf(run)
      if (problem === undefined) passed++
      else failed++
      output.write(
        problem === undefined ? `  ok      ${title}\n` : `  FAILED  ${title}\n${indented(problem)}\n`,
      )
    }
  }
  output.write(`${passed} passed, ${failed} failed\n`)
  return failed === 0 && passed > 0 ? EXIT.ok : EXIT.failed
}

/** What a file adds by `test`; a file that cannot be imported is one test that fails. */
async function testsOf(rooms: Rooms, file: string): Promise<readonly ContractCase[]> {
  try {
    await rooms.importFile(file)
    return takeTests()
  } catch (thrown) {
    takeTests()
    return [{ title: 'can be imported', run: () => Promise.reject(thrown) }]
  }
}

async function problemOf(run: ContractCase['run']): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`It was not done within ${SECONDS} seconds`)), SECONDS * 1000)
    })
    await Promise.race([run(), late])
    return undefined
  } catch (thrown) {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  } finally {
    clearTimeout(timer)
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '          ')
}

async function testFilesIn(files: Rooms['runtime']['files'], place: string): Promise<string[]> {
  if (/\.test\.(ts|js|mjs)$/.test(place)) return [place]
  const names = await files.list(place)
  const below = names.filter((name) => !name.startsWith('.') && name !== 'node_modules/')
  const found = below.map((name) =>
    name.endsWith('/') || /\.test\.(ts|js|mjs)$/.test(name) ? testFilesIn(files, join(place, name)) : [],
  )
  return (await Promise.all(found)).flat()
}

import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { standardPlugins } from '../../plugins/standard.ts'
import { fakeKeys } from '../e2e/scene.ts'
import { type Child, startTalking } from './child.ts'

/** The tokens of the clients that call. */
export const TOKENS = ['sk-bench-client-one', 'sk-bench-client-two', 'sk-bench-client-three']

/** The gateway's keys. */
export const KEYS = fakeKeys(1_000)

/** As users start it; another runtime or the binary is another command. */
const COMMAND = (process.env.GEMINATE_COMMAND ?? `${process.execPath} ${resolve('core/main.ts')}`).split(' ')

/** What calls need at least: the two protocols of the bench, and the strategy. All else that ships is off. */
const NEEDED = new Set(['gemini', 'openai-compat', 'key-strategies'])
const BARE = Object.fromEntries(
  standardPlugins.filter(({ name }) => !NEEDED.has(name)).map(({ name }) => [name, false]),
)

/** Geminate as it is by default, with a thousand keys and three clients, in a folder of its own. */
export function startGeminate(folder: string, upstreamUrl: string): Promise<Child> {
  return startWith({}, folder, upstreamUrl)
}

/** The same with all plugins off that it can do without. */
export function startBareGeminate(folder: string, upstreamUrl: string): Promise<Child> {
  return startWith(BARE, folder, upstreamUrl)
}

async function startWith(
  plugins: Readonly<Record<string, boolean>>,
  folder: string,
  upstreamUrl: string,
): Promise<Child> {
  await mkdir(folder, { recursive: true })
  const config = {
    server: { port: 0, adminToken: 'ga-bench-admin' },
    clients: TOKENS.map((token, index) => ({ name: `client-${index + 1}`, token })),
    keys: KEYS,
    upstream: { gemini: { baseUrl: upstreamUrl } },
    plugins,
  }
  await writeFile(join(folder, 'geminate.yaml'), JSON.stringify(config))
  return startTalking([...COMMAND, 'serve'], folder)
}

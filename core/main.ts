import { createFileImporter } from '../adapters/runtime/import-file.ts'
import { currentRuntime } from '../adapters/runtime/index.ts'
import { startSteeredGoogle } from '../adapters/simulated-google/steered.ts'
import { openStore } from '../adapters/storage/open-store.ts'
import { createDirectTransport } from '../adapters/transport/direct.ts'
import { createOutside } from '../adapters/transport/outside.ts'
import { createProxyTransport } from '../adapters/transport/proxy.ts'
import { standardPlugins } from '../plugins/standard.ts'
import { authorTypes } from '../release/provided-types.ts'
import { bench } from './commands/bench.ts'
import { check } from './commands/check.ts'
import { helpOn } from './commands/help.ts'
import { keys } from './commands/keys.ts'
import { mock } from './commands/mock.ts'
import { plan } from './commands/plan.ts'
import { plugin } from './commands/plugin.ts'
import { runCommand } from './commands/run-command.ts'
import { schema } from './commands/schema.ts'
import { serve } from './commands/serve.ts'
import { token } from './commands/token.ts'
import { version } from './commands/version.ts'
import type { Rooms } from './rooms.ts'
import * as sdk from './sdk.ts'
import { provideRooms } from './testing/provided-rooms.ts'
import * as testing from './testing.ts'

const importFile = createFileImporter({ 'geminate/sdk': sdk, 'geminate/testing': testing })

const rooms: Rooms = {
  runtime: currentRuntime(),
  openStore,
  createTransport: createDirectTransport,
  createOutside,
  createProxyTransport,
  plugins: standardPlugins,
  shippedFolder: new URL('../plugins', import.meta.url).pathname,
  importPlugin: async (path) => (await importFile(path)).default,
  importFile,
  authorTypes,
  startSimulatedGoogle: startSteeredGoogle,
}

provideRooms(rooms)

const commands = [serve, check, plan, token, keys, plugin, mock, bench, schema, version]

await rooms.runtime.exit(await runCommand(rooms, [...commands, helpOn(commands)]))

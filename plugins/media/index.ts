import { definePlugin } from '../../core/plugin.ts'
import { resolveMedia } from './resolve.ts'

/** The protocol whose calls are Google's to read, addresses included. */
const NATIVE = 'gemini'

/** Pictures and files by their address, for every protocol but Google's own. Settings: `media`. */
export default definePlugin({
  name: 'media',
  api: 1,
  description: 'Fetches pictures and files that clients name by address, through a guard.',
  setup: (_options, host) => ({
    when: ({ protocol }) => protocol !== NATIVE,
    request: (call) => resolveMedia(call, host.fetch, host.settings.media),
  }),
})

import { definePlugin, type Host, Type } from 'geminate/sdk'

/** Routes: counts each client's calls and tokens, and shows a client its own at `GET /tally`. */
export default definePlugin({
  name: 'tally',
  api: 1,
  description: 'Counts calls and tokens of each client; GET /tally shows a client its own.',
  options: Type.Object({ saveSeconds: Type.Number({ minimum: 1, default: 30 }) }),
  async setup({ saveSeconds }, host) {
    const counts = new Map(Object.entries(((await host.store.get('counts')) ?? {}) as Record<string, Count>))
    host.schedule(saveSeconds, () => save(host, counts))
    return {
      // Seeing how calls end shapes none: native calls still pass byte for byte.
      finished({ client }, { usage }) {
        const { calls, tokens } = counts.get(client) ?? NOTHING
        counts.set(client, { calls: calls + 1, tokens: tokens + (usage?.totalTokenCount ?? 0) })
      },
      routes(app, gateway) {
        app.get('/tally', ({ request }) => counts.get(gateway.clientOf(request).name) ?? NOTHING)
      },
      stop: () => save(host, counts),
    }
  },
})

interface Count {
  readonly calls: number
  readonly tokens: number
}

const NOTHING: Count = { calls: 0, tokens: 0 }

function save(host: Host, counts: ReadonlyMap<string, Count>): Promise<void> {
  return host.store.put('counts', Object.fromEntries(counts))
}

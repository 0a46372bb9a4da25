/** Gives functions names that Google takes, and the clients' own back. */
export interface ToolNames {
  /** Google's name for a client's; the same each time. */
  toGoogle(name: string): string
  /** Google's name → the client's, where they differ. */
  readonly changed: ReadonlyMap<string, string>
}

/** Names that Google takes as they are, 128 characters at most. */
const LEGAL = /^[A-Za-z_][\w.:-]{0,127}$/
const LONGEST = 128

/** Starts without a name. Those that are declared should be asked for first: they keep their names where they can. */
export function createToolNames(): ToolNames {
  const byClients = new Map<string, string>()
  const changed = new Map<string, string>()
  const taken = new Set<string>()
  /** Where to go on counting, for names that come to the same. */
  const used = new Map<string, number>()

  function choose(name: string): string {
    const legal = LEGAL.test(name) ? name : legalised(name)
    for (let number = used.get(legal) ?? 1; ; number++) {
      const candidate = number === 1 ? legal : `${legal.slice(0, LONGEST - 8)}_${number}`
      if (taken.has(candidate)) continue
      used.set(legal, number + 1)
      return candidate
    }
  }

  return {
    changed,
    toGoogle(name) {
      const known = byClients.get(name)
      if (known !== undefined) return known
      const chosen = choose(name)
      byClients.set(name, chosen)
      taken.add(chosen)
      if (chosen !== name) changed.set(chosen, name)
      return chosen
    },
  }
}

function legalised(name: string): string {
  const plain = name.replace(/[^\w.:-]/g, '_')
  return (/^[A-Za-z_]/.test(plain) ? plain : `_${plain}`).slice(0, LONGEST)
}

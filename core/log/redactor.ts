/** Takes known secrets out of texts. */
export interface Redactor {
  /**
   * From now on `secret` becomes `[label]` in every text, also where it stands percent-encoded or
   * JSON-escaped. A secret of fewer than 4 characters is ignored: it would tear up innocent text.
   */
  add(secret: string, label: string): void
  /**
   * The text without any secret; the very same string when it held none. Where secrets overlap, all
   * that any of them covers is gone. Time is linear in the text, whatever the number of secrets.
   */
  text(text: string): string
}

const SHORTEST = 4
const FILTER_BITS = 20

/** A redactor that knows no secret yet. */
export function createRedactor(): Redactor {
  const labels = new Map<string, string>()
  const lengthsByWindow = new Map<number, number[]>()
  const filter = new Uint32Array(2 ** (FILTER_BITS - 5))

  /** The length of the longest secret that begins at `start`, 0 for none. */
  function matchAt(text: string, start: number): number {
    for (const length of lengthsByWindow.get(windowOf(text, start, start + SHORTEST)) ?? []) {
      if (labels.has(text.slice(start, start + length))) return length
    }
    return 0
  }

  function addForm(form: string, label: string): void {
    labels.set(form, label)
    const window = windowOf(form, 0, SHORTEST)
    const slot = slotOf(window)
    filter[slot >>> 5]! |= 1 << (slot & 31)
    const lengths = lengthsByWindow.get(window) ?? []
    if (lengths.includes(form.length)) return
    lengthsByWindow.set(
      window,
      [...lengths, form.length].sort((a, b) => b - a),
    )
  }

  return {
    add(secret, label) {
      if (secret.length < SHORTEST) return
      const shown = `[${safeLabel(label)}]`
      for (const form of formsOf(secret)) addForm(form, shown)
    },

    text(text) {
      let clean = ''
      let covered = 0
      for (let start = candidate(filter, text, 0); start >= 0; start = candidate(filter, text, start + 1)) {
        const length = matchAt(text, start)
        if (length === 0 || start + length <= covered) continue
        if (start > covered) clean += text.slice(covered, start)
        clean += labels.get(text.slice(start, start + length))
        covered = start + length
      }
      return covered === 0 ? text : clean + text.slice(covered)
    },
  }
}

/** Where from `from` on a secret may begin, -1 for nowhere. Nearly all of a log's characters pass only here. */
function candidate(filter: Uint32Array, text: string, from: number): number {
  let window = windowOf(text, from, from + SHORTEST - 1)
  for (let end = from + SHORTEST - 1; end < text.length; end++) {
    window = (window << 8) ^ text.charCodeAt(end)
    const slot = slotOf(window)
    if ((filter[slot >>> 5]! & (1 << (slot & 31))) !== 0) return end - SHORTEST + 1
  }
  return -1
}

/** Up to four characters as one number; those of Latin-1 without loss. */
function windowOf(text: string, start: number, end: number): number {
  let window = 0
  for (let index = start; index < end; index++) window = (window << 8) ^ text.charCodeAt(index)
  return window
}

function slotOf(window: number): number {
  return Math.imul(window, 0x9e3779b1) >>> (32 - FILTER_BITS)
}

/** How a secret may be written in an address or in JSON. */
function formsOf(secret: string): Set<string> {
  const percentEncoded = encodeURIComponent(secret.toWellFormed())
  return new Set([
    secret,
    percentEncoded,
    percentEncoded.replace(/%../g, (code) => code.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
  ])
}

/** A label must not break the JSON or the line that it is put into. */
function safeLabel(label: string): string {
  return label.replace(/["\\\p{Cc}]/gu, '_')
}

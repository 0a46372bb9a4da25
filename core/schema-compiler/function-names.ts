/** The names of a request's functions, there and back. */
export interface FunctionNames {
  /** The name at Gemini; a name that is not among the functions is made legal alone. */
  toGemini(name: string): string
  /** The client's name; what stands for none is left as it is. */
  toClient(name: string): string
}

/** Google's own limit; OpenAI's clients expect at most 64. */
const LONGEST = 128
const HASH_LENGTH = 8

/**
 * Makes names of functions legal at Gemini: a letter or underscore, then letters, digits and `_.:-`, at most
 * `longest` characters. A legal name stays. The others get a name that is unique and depends on the set of
 * names alone, not on their order, so that it is the same in every turn of a conversation.
 * https://ai.google.dev/api/caching#FunctionDeclaration
 */
export function toFunctionNames(names: Iterable<string>, longest = LONGEST): FunctionNames {
  const all = [...new Set(names)]
  if (all.length === 0) return namesOf(NONE, NONE, longest)
  const there = new Map(all.filter((name) => isLegal(name, longest)).map((name) => [name, name]))
  const others = all.filter((name) => !there.has(name))
  const wanted = new Map(others.map((name) => [name, legalName(name, longest)]))
  const taken = new Set(there.keys())
  for (const [name, plain] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const given = taken.has(plain) ? freeName(name, longest, taken) : plain
    taken.add(given)
    there.set(name, given)
  }
  const back = new Map([...there].map(([name, given]) => [given, name]))
  return namesOf(there, back, longest)
}

type Names = ReadonlyMap<string, string>

const NONE: Names = new Map()

function namesOf(there: Names, back: Names, longest: number): FunctionNames {
  return {
    toGemini: (name) => there.get(name) ?? (isLegal(name, longest) ? name : legalName(name, longest)),
    toClient: (name) => back.get(name) ?? name,
  }
}

function isLegal(name: string, longest: number): boolean {
  return name.length <= longest && /^[A-Za-z_][\w.:-]*$/.test(name)
}

/** Readable where it can be; a name that had to be cut, or has no letter left, ends with its hash. */
function legalName(name: string, longest: number): string {
  const plain = name.replaceAll(/[^\w.:-]/gu, '_').replace(/^(?=[^A-Za-z_])/, '_')
  return plain.length <= longest && /[A-Za-z0-9]/.test(plain) ? plain : withHash(name, longest, '')
}

function freeName(name: string, longest: number, taken: ReadonlySet<string>): string {
  for (let salt = ''; ; salt += '_') {
    const hashed = withHash(name, longest, salt)
    if (!taken.has(hashed)) return hashed
  }
}

function withHash(name: string, longest: number, salt: string): string {
  const plain = name.replaceAll(/[^\w.:-]/gu, '_').replace(/^(?=[^A-Za-z_])/, '_')
  const stem = /[A-Za-z0-9]/.test(plain) ? plain : 'function'
  return `${stem.slice(0, longest - HASH_LENGTH - 1)}_${hash(name + salt)}`
}

/** FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): string {
  let state = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193)
  return (state >>> 0).toString(16).padStart(HASH_LENGTH, '0')
}

import type { Scene } from './scene.ts'

/** What the admin's API answered. */
export interface AdminAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: AdminBody
}

/** What tests look at in an answer, whichever it is; what an answer lacks is undefined. */
export type AdminBody = AdminItem & {
  readonly items: readonly AdminItem[]
  readonly unmatched: readonly { readonly text: string }[]
  readonly duplicates: { readonly inText: number; readonly inPool: number }
  readonly error: { readonly message: string; readonly param: string }
  readonly decisions: readonly { readonly fault: string; readonly keyId: string }[]
} & Readonly<
    Record<
      | 'total'
      | 'omitted'
      | 'added'
      | 'unmatchedTotal'
      | 'changed'
      | 'removed'
      | 'stillWritten'
      | 'reset'
      | 'unknown'
      | 'tested'
      | 'valid'
      | 'dead'
      | 'throttled'
      | 'unreachable',
      number
    >
  > & { readonly dryRun: boolean }

/** A key, a test of one, or a request. */
export type AdminItem = Readonly<
  Record<
    | 'id'
    | 'key'
    | 'name'
    | 'masked'
    | 'state'
    | 'reason'
    | 'origin'
    | 'writtenIn'
    | 'project'
    | 'note'
    | 'notice'
    | 'result'
    | 'tier'
    | 'client'
    | 'model'
    | 'way',
    string
  >
> &
  Readonly<
    Record<
      'weight' | 'status' | 'attempts' | 'at' | 'models' | 'milliseconds' | 'promptTokens' | 'totalTokens',
      number
    >
  > & {
    readonly legacy: boolean
    readonly rests: readonly unknown[]
  }

/** Asks the admin's API with the admin token. */
export async function askAdmin(
  { gateway }: Pick<Scene, 'gateway'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<AdminAnswer> {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${gateway.adminToken}` },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
}

/** Secrets of the newer form, as an import finds them in free text. */
export function newKeys(count: number, name = 'k'): string[] {
  return Array.from(
    { length: count },
    (_, index) => `AQ.${name}${String(index).padStart(6, '0')}-abcdefghijklmnop`,
  )
}

/** Secrets of the older form. */
export function oldKeys(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `AIzaSyFAKE${String(index).padStart(6, '0')}_abcdefghijklmnopqrstuv`,
  )
}

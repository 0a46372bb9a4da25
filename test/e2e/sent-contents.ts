import type { Scene } from './scene.ts'

/** A turn as Google got it. */
export interface SentContent {
  readonly role: string
  readonly parts: readonly {
    readonly text?: string
    readonly thought?: boolean
    readonly thoughtSignature?: string
    readonly functionCall?: { readonly name: string; readonly args: object }
    readonly functionResponse?: { readonly name: string; readonly response: unknown }
  }[]
}

/** The conversation of one of the calls that Google got; the last one's, where none is named. */
export function contentsSent({ google }: Scene, call = -1): readonly SentContent[] {
  return JSON.parse(google.calls.at(call)?.body.toString() ?? '').contents
}

/** The roles of a conversation; clients that keep a stream's chunks apart have neighbours of one role. */
export function rolesOf(contents: readonly SentContent[]): string {
  const roles = contents.map(({ role }) => role)
  return roles.filter((role, index) => role !== roles[index - 1]).join(' ')
}

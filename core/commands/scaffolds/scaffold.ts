import { hook } from './hook.ts'
import { imageBed } from './image-bed.ts'
import { keyStrategy } from './key-strategy.ts'
import { protocol } from './protocol.ts'
import { routes } from './routes.ts'

/** A plugin to start from. */
export interface Scaffold {
  /** `index.ts` */
  readonly plugin: string
  /** Its test. */
  readonly test: string
}

/** The kinds of plugins that can be started, each by the plugin's name. */
export const SCAFFOLDS = {
  hook,
  protocol,
  'key-strategy': keyStrategy,
  'image-bed': imageBed,
  routes,
} as const satisfies Readonly<Record<string, (name: string) => Scaffold>>

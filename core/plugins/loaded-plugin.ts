import type { Hooks } from '../plugin.ts'

/** A plugin that was set up: its name, for blame, and where it steps in. */
export interface LoadedPlugin {
  readonly name: string
  readonly hooks: Hooks
}

import type { App } from '../http/plugin-app.ts'
import type { Hooks, OnFailure, PluginDefinition } from '../plugin.ts'
import type { HookPatience } from './hook-patience.ts'
import type { HookRecord } from './hook-record.ts'

/** A plugin's hooks, and what is needed to run them: whom to blame, and what a failure means. */
export interface HookedPlugin {
  readonly name: string
  readonly hooks: Hooks
  readonly onFailure: OnFailure
  readonly record: HookRecord
  /** How long its hooks are waited for; the usual time where absent. */
  readonly patience?: HookPatience
}

/** A plugin that was set up. */
export interface LoadedPlugin extends HookedPlugin {
  /** What the config calls it: its name, or its absolute path. */
  readonly source: string
  readonly definition: PluginDefinition
  /** With defaults filled. */
  readonly options: unknown
  /** Its routes, on an instance of their own; undefined for none. */
  readonly app: App | undefined
  /** Ends what it scheduled, then runs its `stop`. Never rejects. */
  stop(): Promise<void>
}

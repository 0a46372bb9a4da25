import type { Rooms } from '../rooms.ts'
import { secretsIn } from '../settings/setting-secrets.ts'
import type { Settings } from '../settings/settings.ts'
import { createLog, type Log } from './log.ts'
import type { Redactor } from './redactor.ts'

/** The log that the settings ask for; it knows every secret among them. */
export function openLog({ runtime }: Rooms, settings: Settings, redactor: Redactor): Log {
  for (const { text, label } of secretsIn(settings)) redactor.add(text, label)
  return createLog({
    level: settings.log.level,
    write: runtime.output.write,
    redactor,
    pretty: runtime.output.isTerminal,
  })
}

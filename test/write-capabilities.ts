import { writeFileSync } from 'node:fs'
import { toDocument } from './e2e/capability-table.ts'

writeFileSync(new URL('../docs/capabilities.md', import.meta.url), toDocument())

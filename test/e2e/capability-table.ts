import { type AnyProtocol, FORMS, PROTOCOLS } from './any-client.ts'
import { CAPABILITIES } from './capabilities.ts'
import { reasonOf } from './capability-cell.ts'

/** docs/capabilities.md */
export function toDocument(): string {
  const reasons: string[] = []
  const mark = (reason: string | undefined) => {
    if (reason === undefined) return 'yes'
    if (!reasons.includes(reason)) reasons.push(reason)
    return `– (${reasons.indexOf(reason) + 1})`
  }
  const rows = CAPABILITIES.map((capability) => {
    const cells = PROTOCOLS.flatMap((protocol) =>
      FORMS.map((form) => mark(reasonOf(capability, protocol, form))),
    )
    return `| \`${capability.plugin}\` | ${capability.title} | ${cells.join(' | ')} |`
  })
  const columns = PROTOCOLS.flatMap((protocol) => FORMS.map((form) => `${NAMES[protocol]}, ${form}`))
  return `${[
    '# What the plugins can do, in every protocol',
    '',
    'Every "yes" is checked by `test/e2e/capability-matrix.test.ts`, which also holds this page to the list that it checks',
    '(`bun test/write-capabilities.ts` writes it). Options and examples: [shipped-plugins.md](shipped-plugins.md).',
    '',
    `| plugin | what | ${columns.join(' | ')} |`,
    `| --- | --- | ${columns.map(() => '---').join(' | ')} |`,
    ...rows,
    '',
    ...reasons.map((reason, index) => `${index + 1}. ${reason}.`),
  ].join('\n')}\n`
}

const NAMES: Readonly<Record<AnyProtocol, string>> = {
  chat: 'chat completions',
  responses: 'Responses',
  messages: 'Anthropic',
  gemini: 'Gemini',
}

import type { DeclaredTool } from '../tools.ts'

/** How a call of a function is told to the client. */
export interface ToldTool {
  readonly kind: ToolKind
  /** The client's name of it, within its namespace. */
  readonly name: string
  readonly namespace?: string
}

/** Functions, custom tools of one text, and the tools that clients of OpenAI's run themselves. */
export type ToolKind = 'function' | 'custom' | ShellKind
/** Tools that OpenAI's models know by themselves; Gemini is told of them as of any function. */
export type ShellKind = 'local_shell' | 'shell' | 'apply_patch'

/** The name of a tool that lies in a namespace, as the model is told it. */
export function fullName({
  name,
  namespace,
}: {
  readonly name: string
  readonly namespace?: string | undefined
}): string {
  return namespace === undefined ? name : `${namespace}__${name}`
}

const texts = { type: 'array', items: { type: 'string' } } as const
const milliseconds = { type: 'integer', description: 'Milliseconds after which it is stopped' } as const

/** What the model is told of the tools that clients run. */
export const SHELL_TOOLS = {
  local_shell: {
    name: 'local_shell',
    description:
      'Runs one command on the local machine, without a shell around it unless the command names one.',
    schema: {
      type: 'object',
      properties: {
        command: { ...texts, description: 'The program and its arguments, such as ["bash", "-lc", "ls"]' },
        working_directory: { type: 'string' },
        timeout_ms: milliseconds,
      },
      required: ['command'],
    },
    isCustom: false,
    isStrict: false,
  },
  shell: {
    name: 'shell',
    description: 'Runs shell commands, each in a shell of its own, and tells what they print.',
    schema: {
      type: 'object',
      properties: {
        commands: { ...texts, description: 'The command lines' },
        timeout_ms: milliseconds,
        max_output_length: { type: 'integer', description: 'The most characters of output that are told' },
      },
      required: ['commands'],
    },
    isCustom: false,
    isStrict: false,
  },
  apply_patch: {
    name: 'apply_patch',
    description: 'Creates, changes or deletes one file.',
    schema: {
      type: 'object',
      properties: {
        type: { type: 'string', enum: ['create_file', 'update_file', 'delete_file'] },
        path: { type: 'string' },
        diff: {
          type: 'string',
          description:
            'For create_file every line of the file after a "+". For update_file hunks in V4A form: "@@" with a line of context, then lines that begin with " ", "-" or "+". Nothing for delete_file.',
        },
      },
      required: ['type', 'path'],
    },
    isCustom: false,
    isStrict: false,
  },
} as const satisfies Record<ShellKind, DeclaredTool>

/** Tools that Google runs itself. */
export type GoogleTool = 'googleSearch' | 'urlContext' | 'codeExecution'

/** What becomes of a tool whose schema Anthropic knows by its type. */
export type KnownTool =
  | { readonly google: GoogleTool }
  | {
      readonly name: string
      readonly description: string
      readonly schema: Readonly<Record<string, unknown>>
    }
  | { readonly leftOut: string }

/** A tool of Anthropic's own by its type, which ends with a date; undefined for any other. */
export function knownToolOf(type: string): KnownTool | undefined {
  return KNOWN.find(([name]) => name.test(type))?.[1]
}

const text = (description: string) => ({ type: 'string', description })
const integer = (description: string) => ({ type: 'integer', description })

const EDITING = {
  path: text('Absolute path of the file or directory'),
  file_text: text('For create: the whole content of the new file'),
  old_str: text('For str_replace: the text to replace, exactly as it stands in the file'),
  new_str: text('For str_replace: the text to put in its place'),
  insert_line: integer('For insert: the number of the line to insert after, 0 for the beginning'),
  insert_text: text('For insert: the text to insert'),
}

function editor(name: string, commands: readonly string[]): KnownTool {
  return {
    name,
    description: 'Views, creates and edits text files.',
    schema: {
      type: 'object',
      properties: {
        command: { type: 'string', enum: commands },
        ...EDITING,
        view_range: {
          type: 'array',
          items: { type: 'integer' },
          description: 'For view: the first and the last line, -1 for the end of the file',
        },
      },
      required: ['command', 'path'],
    },
  }
}

const BASH: KnownTool = {
  name: 'bash',
  description: 'Runs a command in a bash shell that stays open from call to call.',
  schema: {
    type: 'object',
    properties: {
      command: text('The command to run; needed unless the shell is restarted'),
      restart: { type: 'boolean', description: 'True to restart the shell' },
    },
  },
}

const MEMORY: KnownTool = {
  name: 'memory',
  description:
    'Keeps notes as files below /memories: looks at them, writes, edits, renames and deletes them.',
  schema: {
    type: 'object',
    properties: {
      command: { type: 'string', enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'] },
      ...EDITING,
      view_range: { type: 'array', items: { type: 'integer' }, description: 'For view: first and last line' },
      old_path: text('For rename: the path now'),
      new_path: text('For rename: the path to be'),
    },
    required: ['command'],
  },
}

/** Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/overview */
const KNOWN: readonly (readonly [type: RegExp, tool: KnownTool])[] = [
  [/^web_search_\d+$/, { google: 'googleSearch' }],
  [/^web_fetch_\d+$/, { google: 'urlContext' }],
  [/^code_execution_\d+$/, { google: 'codeExecution' }],
  [/^bash_\d+$/, BASH],
  [
    /^text_editor_(20241022|20250124)$/,
    editor('str_replace_editor', ['view', 'create', 'str_replace', 'insert', 'undo_edit']),
  ],
  [/^text_editor_\d+$/, editor('str_replace_based_edit_tool', ['view', 'create', 'str_replace', 'insert'])],
  [/^memory_\d+$/, MEMORY],
  [/^tool_search_tool_(regex|bm25)(_\d+)?$/, { leftOut: 'Gemini is told of every tool at once' }],
  [/^advisor_\d+$/, { leftOut: 'Gemini has no adviser' }],
]

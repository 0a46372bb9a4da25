import {
  isRecord,
  optional,
  refuse,
  required,
  toFilledText,
  toRecord,
  toText,
} from '../../../core/codec/request-values.ts'

/** An `mcp` tool as one of Google's `mcpServers`, which Google itself calls and never asks approval for. */
export function toMcpServer(
  tool: Readonly<Record<string, unknown>>,
  param: string,
  notes: string[],
): Record<string, unknown> {
  const name = required(tool, 'server_label', toFilledText, `${param}.server_label`)
  if (tool.connector_id != null)
    refuse(
      'unsupported_value',
      `${param}.connector_id`,
      "Connectors are not served: name the server's address in 'server_url'",
    )
  const url = required(tool, 'server_url', toFilledText, `${param}.server_url`)
  if (tool.require_approval !== 'never')
    refuse(
      'unsupported_value',
      `${param}.require_approval`,
      "Google calls MCP servers without asking: set 'require_approval' to 'never', or offer the tools as functions",
    )
  if (tool.allowed_tools != null) notes.push('mcp: Gemini has no counterpart of allowed_tools')
  const token = optional(tool, 'authorization', toText, `${param}.authorization`)
  const stated = optional(tool, 'headers', toRecord, `${param}.headers`)
  const headers = {
    ...(isRecord(stated) ? stated : {}),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  const named = Object.keys(headers).length > 0 ? { headers } : {}
  return { name, streamableHttpTransport: { url, ...named } }
}

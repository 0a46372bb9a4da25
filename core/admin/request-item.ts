import type { RequestRecord } from '../store.ts'

/** A row of the request log as a list shows it: all of it but its bodies and failures. */
export function toRequestItem(row: RequestRecord) {
  const { requestBody: _, replyBody: __, failures: ___, ...item } = row
  return item
}

/** A row of the request log with every attempt, the one that answered last, and, where they are kept, the bodies. */
export function toRequestDetails({ failures, ...row }: RequestRecord) {
  const answered = row.attempts > failures.length && row.status < 400
  const last = { keyId: row.keyId, project: row.project, fault: null, status: row.status }
  return { ...row, decisions: answered ? [...failures, last] : failures }
}

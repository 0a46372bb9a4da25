import type { RequestRecord } from '../store.ts'

/** A row of the request log as a list shows it: all of it but its bodies and failures. */
export function toRequestItem(row: RequestRecord) {
  const { requestBody: _, replyBody: __, failures: ___, ...item } = row
  return item
}

/** A row of the request log as it is kept, with the attempts that failed and, where they are kept, the bodies. */
export function toRequestDetails(row: RequestRecord) {
  return row
}

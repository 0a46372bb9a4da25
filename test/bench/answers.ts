/** What the upstream of the bench answers, as Google writes it: pretty JSON, and server-sent events with CRLF. */

const EVENTS = 64
const WORDS = ' of the many words that a model says in one event of its stream, more or less'

/** The model's words in each event. */
const pieces = Array.from({ length: EVENTS }, (_, index) => `${index}${WORDS}.`)

/** All that the model says, whole or streamed. */
export const SAID = pieces.join('')

/** The body of `generateContent`. */
export const WHOLE = `${JSON.stringify(toReply(SAID, EVENTS, 'STOP'), null, 2)}\n`

/** The body of `streamGenerateContent?alt=sse`: 64 events. */
export const STREAM = pieces
  .map((text, index) => toReply(text, index + 1, index === EVENTS - 1 ? 'STOP' : undefined))
  .map((reply) => `data: ${JSON.stringify(reply)}\r\n\r\n`)
  .join('')

function toReply(text: string, tokens: number, finishReason: 'STOP' | undefined) {
  return {
    candidates: [{ content: { parts: [{ text }], role: 'model' }, finishReason, index: 0 }],
    usageMetadata: {
      promptTokenCount: 12,
      candidatesTokenCount: tokens * 20,
      totalTokenCount: 12 + tokens * 20,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 12 }],
    },
    modelVersion: 'gemini-3.8-flash',
    responseId: 'mqx7aLjCEuKkvdIPr5a3yA4',
  }
}

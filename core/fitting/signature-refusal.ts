/**
 * Whether the text of a 400 of Google's blames a thought signature that is missing, or that another model or project
 * made. Source: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export function blamesSignature(text: string): boolean {
  return /thought[ _]?signature/i.test(text) && /missing|invalid|corrupted|not valid/i.test(text)
}

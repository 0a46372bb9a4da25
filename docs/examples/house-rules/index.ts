import { type Call, definePlugin, type GenerateContentResponse, Type } from 'geminate/sdk'

/**
 * Hooks: says the rules of the house to every model, and strikes words out of what it answers. A word that is cut in
 * two by the chunks of a stream is not found; what must hold text back does it in a `stream` hook.
 */
export default definePlugin({
  name: 'house-rules',
  api: 1,
  description: 'Says the rules of the house to the model, and strikes words out of its answers.',
  options: Type.Object({
    rules: Type.String({ description: 'What the model is told.' }),
    strike: Type.Array(Type.String({ minLength: 1 }), { default: [] }),
  }),
  onFailure: 'closed', // a call without the rules is worse than no call
  setup({ rules, strike }) {
    const struck = (reply: GenerateContentResponse) => withoutWords(reply, strike)
    return {
      when: (head) => head.operation === 'generateContent',
      request: (call) => withRules(call, rules),
      reply: struck,
      chunk: struck,
    }
  },
})

function withRules(call: Call, text: string): Call {
  const parts = [{ text }, ...(call.request.systemInstruction?.parts ?? [])]
  return { ...call, request: { ...call.request, systemInstruction: { parts } } }
}

function withoutWords(reply: GenerateContentResponse, words: readonly string[]): GenerateContentResponse {
  const strike = (text: string) =>
    words.reduce((left, word) => left.replaceAll(word, '▇'.repeat(word.length)), text)
  const candidates = reply.candidates?.map((candidate) => ({
    ...candidate,
    content: {
      ...candidate.content,
      parts: candidate.content?.parts?.map((part) =>
        part.text === undefined ? part : { ...part, text: strike(part.text) },
      ),
    },
  }))
  return { ...reply, candidates }
}

// A program of a user of Google's SDK, for any runtime: prints what it got as JSON.
import { GoogleGenAI } from '@google/genai'

const { GENAI_BASE_URL: baseUrl, GENAI_TOKEN: apiKey, GENAI_MODEL: model } = process.env
const ai = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } })

const whole = await ai.models.generateContent({ model, contents: 'Say hello' })
const streamed = []
for await (const chunk of await ai.models.generateContentStream({ model, contents: 'Say hello' })) {
  streamed.push(chunk.text)
}
const names = []
for await (const { name } of await ai.models.list({ config: { pageSize: 20 } })) names.push(name)
const { totalTokens } = await ai.models.countTokens({ model, contents: 'Say hello' })
const failed = await ai.models
  .generateContent({ model: 'gemini-none', contents: 'Hi' })
  .catch((error) => error)

process.stdout.write(
  JSON.stringify({
    text: whole.text,
    streamed: streamed.join(''),
    chunks: streamed.length,
    models: names.length,
    totalTokens,
    failure: { name: failed.name, status: failed.status },
  }),
)

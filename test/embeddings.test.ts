import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GatewayError } from '../core/errors.ts'
import { inParallel } from '../core/in-parallel.ts'
import type { NativeCall, NativeReply } from '../core/native-calls.ts'
import { toBatches } from '../plugins/embeddings/batches.ts'
import { embed } from '../plugins/embeddings/embed.ts'
import { toEmbeddingsAsked } from '../plugins/embeddings/embedding-request.ts'
import { encodeVector, normalised } from '../plugins/embeddings/vectors.ts'

const MODEL = 'gemini-embedding-001'
const ALIASES = { small: { model: MODEL, dimensions: 1536 }, plain: 'models/gemini-embedding-2' }
const read = (body: object) => toEmbeddingsAsked({ model: MODEL, ...body }, ALIASES)

describe('A request for embeddings', () => {
  test('has one content an input, so that no model makes one vector of several texts', () => {
    const { requests } = read({ input: ['a', 'b'] })
    assert.deepEqual(requests, [
      { model: `models/${MODEL}`, content: { parts: [{ text: 'a' }] } },
      { model: `models/${MODEL}`, content: { parts: [{ text: 'b' }] } },
    ])
  })

  test('may be a single text', () => {
    assert.deepEqual(read({ input: 'a' }).requests[0]?.content, { parts: [{ text: 'a' }] })
  })

  test('may hold what is no text in Gemini’s own form', () => {
    const picture = { inlineData: { mimeType: 'image/png', data: 'AAAA' } }
    const { requests } = read({
      input: ['a', { parts: [picture] }, { content: { parts: [picture, { text: 'b' }] } }],
    })
    assert.deepEqual(
      requests.map(({ content }) => content.parts),
      [[{ text: 'a' }], [picture], [picture, { text: 'b' }]],
    )
  })

  test('names the size of its vectors and their use as Google does', () => {
    for (const stated of [
      { task_type: 'RETRIEVAL_QUERY' },
      { taskType: 'retrieval_query' },
      { input_type: 'query' },
      { input_type: 'search_query' },
    ]) {
      const [request] = read({ input: 'a', dimensions: 256, ...stated }).requests
      assert.equal(request?.outputDimensionality, 256)
      assert.equal(request?.taskType, 'RETRIEVAL_QUERY', JSON.stringify(stated))
    }
  })

  test('by another’s name goes to the model that the settings name, with vectors of its size', () => {
    const alias = read({ model: 'openai/small', input: 'a' })
    assert.equal(alias.model, MODEL)
    assert.equal(alias.requests[0]?.outputDimensionality, 1536)
    assert.deepEqual(alias.notes, [`openai/small is answered by ${MODEL}`])
    assert.equal(read({ model: 'small', input: 'a', dimensions: 5 }).requests[0]?.outputDimensionality, 5)
    assert.equal(read({ model: 'plain', input: 'a' }).model, 'gemini-embedding-2')
    assert.deepEqual(read({ model: `models/${MODEL}`, input: 'a' }).notes, [])
  })

  test('says what of it is ignored, but for the user', () => {
    assert.deepEqual(read({ input: 'a', user: 'u', truncate: 'END' }).notes, ['ignored: truncate'])
  })

  const faults: readonly (readonly [title: string, body: object, param: string, code?: string])[] = [
    ['no input', {}, 'input', 'missing_required_parameter'],
    ['null', { input: null }, 'input', 'missing_required_parameter'],
    ['an empty text', { input: '' }, 'input'],
    ['an empty text among others', { input: ['a', ''] }, 'input'],
    ['an empty list', { input: [] }, 'input'],
    ['tokens', { input: [1, 2, 3] }, 'input'],
    ['lists of tokens', { input: [[1, 2], [3]] }, 'input'],
    ['a text and tokens', { input: ['a', [3]] }, 'input'],
    ['too many texts', { input: Array.from({ length: 2049 }, () => 'a') }, 'input'],
    ['a number among texts', { input: ['a', 1] }, 'input[1]', 'invalid_type'],
    ['an object that is none of Gemini’s', { input: { text: 'a' } }, 'input', 'invalid_type'],
    ['no parts', { input: { parts: [] } }, 'input'],
    ['no model', { model: undefined, input: 'a' }, 'model', 'missing_required_parameter'],
    ['a user that is a number', { input: 'a', user: 1 }, 'user', 'invalid_type'],
    ['dimensions of none', { input: 'a', dimensions: 0 }, 'dimensions'],
    ['broken dimensions', { input: 'a', dimensions: 1.5 }, 'dimensions', 'invalid_type'],
    ['an unknown form', { input: 'a', encoding_format: 'hex' }, 'encoding_format'],
    ['an unknown use', { input: 'a', task_type: 'FUN' }, 'task_type'],
  ]
  for (const [title, body, param, code = 'invalid_value'] of faults) {
    test(`is refused with the name of what is wrong: ${title}`, () => {
      assert.throws(
        () => read(body),
        (error) =>
          error instanceof GatewayError &&
          error.status === 400 &&
          error.param === param &&
          error.code === code,
      )
    })
  }

  test('for a model that cannot be one of Google’s is told that there is none', () => {
    for (const model of ['a/../b', '..', 'a b']) {
      assert.throws(
        () => read({ model, input: 'a' }),
        (error) => error instanceof GatewayError && error.code === 'model_not_found',
      )
    }
  })

  test('may have as many texts as OpenAI takes', () => {
    assert.equal(read({ input: Array.from({ length: 2048 }, () => 'a') }).requests.length, 2048)
  })
})

describe('Batches', () => {
  test('keep the order and hold a hundred members at most', () => {
    const members = Array.from({ length: 250 }, (_, index) => ({ index }))
    const batches = toBatches(members)
    assert.deepEqual(
      batches.map(({ length }) => length),
      [100, 100, 50],
    )
    assert.deepEqual(batches.flat(), members)
  })

  test('stay below Google’s largest body, counted in bytes', () => {
    const members = Array.from({ length: 9 }, () => ({ text: 'ü'.repeat(600_000) }))
    for (const batch of toBatches(members)) {
      assert.ok(Buffer.byteLength(JSON.stringify({ requests: batch })) < 4_194_304)
      assert.ok(batch.length > 1)
    }
  })

  test('leave a member that is too long for any to Google’s own answer', () => {
    const long = { text: 'a'.repeat(5_000_000) }
    assert.deepEqual(
      toBatches([{ text: 'a' }, long, { text: 'b' }]).map(({ length }) => length),
      [1, 1, 1],
    )
  })
})

describe('Work in parallel', () => {
  test('is done so many at once, and comes back in order', async () => {
    let running = 0
    let most = 0
    const results = await inParallel([5, 1, 4, 2, 3], 2, async (item) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, item))
      running--
      return item * 10
    })
    assert.deepEqual(results, [50, 10, 40, 20, 30])
    assert.equal(most, 2)
  })

  test('ends at the first failure, and begins nothing after it', async () => {
    const begun: number[] = []
    const work = async (item: number) => {
      begun.push(item)
      if (item === 1) throw new Error('one')
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await assert.rejects(inParallel([1, 2, 3, 4], 2, work), /one/)
    await new Promise((resolve) => setTimeout(resolve, 10))
    assert.deepEqual(begun, [1, 2])
  })
})

describe('A vector', () => {
  test('has a length of one, also where Google cut it short', () => {
    assert.deepEqual(normalised([3, 4]), [0.6, 0.8])
    const whole = [0.6, 0.8]
    assert.equal(normalised(whole), whole)
    assert.deepEqual(normalised([0, 0]), [0, 0])
  })

  test('in base64 is 32-bit floats, least byte first', () => {
    assert.equal(encodeVector([1, -2], 'base64'), 'AACAPwAAAMA=')
    assert.deepEqual(encodeVector([1, -2], 'float'), [1, -2])
  })
})

describe('Embeddings', () => {
  const asked = () => read({ input: Array.from({ length: 101 }, (_, index) => `text ${index}`) })
  const answering =
    (more: object = {}, usage?: NativeReply['usage']) =>
    async ({ request }: NativeCall): Promise<NativeReply> => {
      const { requests } = request as { requests: { content: { parts: [{ text: string }] } }[] }
      const embeddings = requests.map(({ content }) => ({
        values: [Number(content.parts[0].text.slice(5)) + 1, 0],
      }))
      return { json: { embeddings, ...more }, usage }
    }

  test('spend what Google counts', async () => {
    const { body, usage } = await embed(asked(), answering({}, { promptTokenCount: 7 }))
    assert.deepEqual((body as { usage: object }).usage, { prompt_tokens: 14, total_tokens: 14 })
    assert.equal(usage.promptTokenCount, 14)
  })

  test('spend about a token for four bytes where Google counts nothing', async () => {
    const { usage } = await embed(
      read({ input: ['12345678', 'a', { parts: [{ inlineData: {} }] }] }),
      answering3,
    )
    assert.equal(usage.promptTokenCount, 2 + 1 + 258)
  })
  const answering3 = async (): Promise<NativeReply> => ({
    json: { embeddings: [{ values: [1] }, { values: [1] }, { values: [1] }] },
    usage: undefined,
  })

  test('are refused where Google answered fewer than were asked for', async () => {
    await assert.rejects(
      embed(asked(), answering({ embeddings: [{ values: [1] }] })),
      (error) => error instanceof GatewayError && error.kind === 'bad_upstream',
    )
  })
})

import type { ByteFiles } from '../core/byte-files.ts'
import type { DocumentRecords } from '../core/store.ts'

/** A disk in memory that can fail, or stand still. */
export interface MemoryFiles extends ByteFiles {
  list: ByteFiles['list']
  readonly contents: Map<string, Uint8Array>
  /** Thrown by each write where it is set. */
  failure: Error | undefined
  /** Waited for by each write where it is set. */
  standstill: Promise<void> | undefined
}

/** An empty disk. */
export function memoryFiles(): MemoryFiles {
  const contents = new Map<string, Uint8Array>()
  const bytesOf = (path: string) => {
    const bytes = contents.get(path)
    if (bytes === undefined) throw new Error(`There is no ${path}`)
    return bytes
  }
  const files: MemoryFiles = {
    contents,
    failure: undefined,
    standstill: undefined,
    async create(path) {
      if (contents.has(path)) throw new Error(`There is ${path} already`)
      contents.set(path, new Uint8Array())
      return files.open(path)
    },
    async open(path) {
      bytesOf(path)
      return {
        async write(bytes, at) {
          await files.standstill
          if (files.failure) throw files.failure
          const before = bytesOf(path)
          const after = new Uint8Array(Math.max(before.length, at + bytes.length))
          after.set(before)
          after.set(bytes, at)
          contents.set(path, after)
        },
        async cut(length) {
          contents.set(path, bytesOf(path).slice(0, length))
        },
        async close() {},
      }
    },
    read: (path, length) =>
      new ReadableStream({
        start(controller) {
          const bytes = bytesOf(path)
          if (bytes.length !== length) throw new Error(`${path} is not as long as it should be`)
          controller.enqueue(bytes)
          controller.close()
        },
      }),
    async list(folder) {
      return [...contents]
        .filter(([path]) => path.startsWith(`${folder}/`))
        .map(([path, { length }]) => ({ name: path.slice(folder.length + 1), length }))
    },
    async remove(path) {
      contents.delete(path)
    },
  }
  return files
}

/** Documents in memory. */
export function memoryDocuments(): DocumentRecords {
  const all = new Map<string, string>()
  const placeOf = (scope: string, name: string) => `${scope} ${name}`
  return {
    async get(scope, name) {
      const text = all.get(placeOf(scope, name))
      return text === undefined ? undefined : JSON.parse(text)
    },
    async put(scope, name, value) {
      all.set(placeOf(scope, name), JSON.stringify(value))
    },
    async delete(scope, name) {
      all.delete(placeOf(scope, name))
    },
    names: async (scope) =>
      [...all.keys()]
        .filter((each) => each.startsWith(`${scope} `))
        .map((each) => each.slice(scope.length + 1)),
  }
}

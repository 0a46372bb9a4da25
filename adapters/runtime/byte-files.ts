import { type FileHandle, mkdir, open as openFile, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ByteFiles, WritableBytes } from '../../core/byte-files.ts'
import { isMissing } from './is-missing.ts'

/** Files of bytes on local disk. */
export const byteFiles: ByteFiles = {
  create,
  open,
  read,
  list,
  remove: (path) => rm(path, { force: true }),
}

async function create(path: string): Promise<WritableBytes> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  return toWritable(await openFile(path, 'wx', 0o600))
}

async function open(path: string): Promise<WritableBytes> {
  return toWritable(await openFile(path, 'r+'))
}

function toWritable(handle: FileHandle): WritableBytes {
  return {
    async write(bytes, at) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done)
        done += bytesWritten
      }
    },
    cut: (length) => handle.truncate(length),
    close: () => handle.close(),
  }
}

const PIECE = 256 * 1024

function read(path: string, length: number): ReadableStream<Uint8Array> {
  let handle: FileHandle | undefined
  let at = 0
  const close = () => handle?.close()

  async function opened(): Promise<FileHandle> {
    handle = await openFile(path, 'r')
    const { size } = await handle.stat()
    if (size !== length) throw new Error(`${path} has ${size} bytes, not ${length}`)
    return handle
  }

  async function next(): Promise<Uint8Array> {
    const from = handle ?? (await opened())
    const { bytesRead, buffer } = await from.read(new Uint8Array(PIECE), 0, Math.min(PIECE, length - at), at)
    at += bytesRead
    if (bytesRead === 0 && at < length) throw new Error(`${path} was cut while it was read`)
    return buffer.subarray(0, bytesRead)
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = await next()
          if (piece.length > 0) return controller.enqueue(piece)
          controller.close()
          await close()
        } catch (thrown) {
          await close() // also where it was cancelled while it was being opened
          throw thrown
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  )
}

async function list(folder: string): Promise<{ name: string; length: number }[]> {
  const names = await readdir(folder).catch((thrown) => {
    if (isMissing(thrown)) return []
    throw thrown
  })
  const found = names.map(async (name) => {
    const entry = await stat(join(folder, name)).catch(() => undefined)
    return entry?.isFile() ? [{ name, length: entry.size }] : []
  })
  return (await Promise.all(found)).flat()
}

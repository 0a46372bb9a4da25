/** Files of bytes on local disk, written and read as the bytes flow. Whatever fails rejects. */
export interface ByteFiles {
  /** Makes a new file, readable by its owner alone, and the folder it is in where that is missing. */
  create(path: string): Promise<WritableBytes>
  /** Opens a file that is there, to write on. */
  open(path: string): Promise<WritableBytes>
  /**
   * The bytes of a file, read no faster than they are taken. One that is not there, or is not as long as it should be,
   * fails at the first read.
   */
  read(path: string, length: number): ReadableStream<Uint8Array>
  /** Names and lengths of the files in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly { readonly name: string; readonly length: number }[]>
  /** Removes a file; one that is not there is fine. */
  remove(path: string): Promise<void>
}

/** A file that is open for writing. */
export interface WritableBytes {
  /** Writes all of `bytes` at a place in bytes from the beginning. */
  write(bytes: Uint8Array, at: number): Promise<void>
  /** Cuts what stands behind this length off. */
  cut(length: number): Promise<void>
  /** Closes the file; what was written is the system's to bring to the disk. */
  close(): Promise<void>
}

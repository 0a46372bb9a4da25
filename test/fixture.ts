import { readdirSync, readFileSync } from 'node:fs'

/** The value of a JSON file below `test/fixtures/`: `anthropic/requests.json`. */
export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(placeOf(name), 'utf8'))
}

/** The recorded streams of a folder of fixtures, by the names of their files. */
export function recordingsIn(folder: string): Map<string, Uint8Array> {
  const names = readdirSync(placeOf(folder)).filter((name) => name.endsWith('.sse'))
  return new Map(names.map((name) => [name, new Uint8Array(readFileSync(placeOf(`${folder}/${name}`)))]))
}

const placeOf = (name: string) => new URL(`./fixtures/${name}`, import.meta.url)

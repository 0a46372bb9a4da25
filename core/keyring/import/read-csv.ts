import { parse } from 'csv-parse/sync'
import { UPSTREAMS, type UpstreamName } from '../../keys.ts'
import type { NewKey } from '../key-change.ts'
import { toPiece } from './key-piece.ts'
import { listOfTags } from './list-of-tags.ts'
import type { ParseOptions, Piece } from './parse-keys.ts'

/** What a column may be called, in small letters without spaces and signs. */
const COLUMNS: Readonly<Record<string, keyof NewKey>> = {
  key: 'secret',
  apikey: 'secret',
  geminikey: 'secret',
  geminiapikey: 'secret',
  googleapikey: 'secret',
  secret: 'secret',
  name: 'name',
  label: 'name',
  project: 'project',
  projectid: 'project',
  weight: 'weight',
  tags: 'tags',
  tag: 'tags',
  note: 'note',
  notes: 'note',
  comment: 'note',
  proxy: 'proxy',
  disabled: 'disabled',
  upstream: 'upstream',
}

/** The rows of a CSV whose first line names a column of keys; undefined where it does not. */
export function readCsv(text: string, { pattern }: ParseOptions): Generator<Piece> | undefined {
  const first = /^[^\r\n]*/.exec(text)?.[0] ?? ''
  const delimiter = [',', ';', '\t'].find((sign) => first.includes(sign)) ?? ','
  const columns = first.split(delimiter).map((name) => COLUMNS[name.toLowerCase().replace(/[^a-z]/g, '')])
  if (!columns.includes('secret')) return undefined
  const rows = parseRows(text, delimiter)
  return rows && piecesOf(rows, columns, pattern)
}

interface Row {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

function parseRows(text: string, delimiter: string): readonly Row[] | undefined {
  try {
    const rows: unknown = parse(text, {
      delimiter,
      from: 2,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
    })
    return rows as Row[]
  } catch {
    return undefined // then it is a text like any other
  }
}

function* piecesOf(
  rows: readonly Row[],
  columns: readonly (keyof NewKey | undefined)[],
  pattern: ParseOptions['pattern'],
): Generator<Piece> {
  for (const { record, info } of rows) {
    const place = `line ${info.lines}`
    const key = toNewKey(columns, record)
    if (key.secret === '') continue
    if (pattern?.fits(key.secret) === false) {
      yield { place, text: key.secret, why: 'It does not fit the pattern' }
    } else if (key.weight !== undefined && !isWeight(key.weight)) {
      yield { place, text: key.secret, why: 'Its weight is no number above 0' }
    } else if (key.upstream !== undefined && !UPSTREAMS.includes(key.upstream)) {
      yield { place, text: key.secret, why: `Its upstream is none of ${UPSTREAMS.join(', ')}` }
    } else {
      yield toPiece(key, place)
    }
  }
}

function toNewKey(columns: readonly (keyof NewKey | undefined)[], cells: readonly string[]): NewKey {
  const cell = (column: keyof NewKey) => cells[columns.indexOf(column)]?.trim() || undefined
  const weight = cell('weight')
  return {
    secret: cell('secret') ?? '',
    name: cell('name'),
    project: cell('project'),
    weight: weight === undefined ? undefined : Number(weight),
    tags: listOfTags(cell('tags')),
    note: cell('note'),
    proxy: cell('proxy'),
    upstream: cell('upstream')?.toLowerCase() as UpstreamName | undefined,
    disabled: /^(true|yes|1|disabled)$/i.test(cell('disabled') ?? ''),
  }
}

function isWeight(weight: number): boolean {
  return weight > 0 && Number.isFinite(weight)
}

import { type Entrant, type Figures, medianOver } from './contest.ts'
import { DIRECT, YARDSTICK } from './field.ts'

type Results = ReadonlyMap<Entrant, readonly Figures[]>

const HEAD = [
  'call',
  'program',
  'processor',
  'ratio',
  'calls/s',
  'ratio',
  'latency',
  'added',
  'first event',
  'added',
]

/** One line an entrant: ratios to the bare relay, and times added to the upstream's own, of the same rounds. */
export function toTable(results: Results): string {
  const rows = [...results].map(([entrant, figures]) => {
    const rivals = (name: string) => figuresOf(results, name, entrant.shape.comparedWith)
    return toRow(entrant, figures, rivals(YARDSTICK), rivals(DIRECT))
  })
  return alignColumns([HEAD, ...rows])
}

function figuresOf(results: Results, name: string, shape: string): readonly Figures[] {
  const found = [...results].find(([entrant]) => entrant.name === name && entrant.shape.name === shape)
  return found?.[1] ?? []
}

function toRow(
  { name, shape }: Entrant,
  own: readonly Figures[],
  relay: readonly Figures[],
  direct: readonly Figures[],
): string[] {
  const median = (read: (figures: Figures) => number) => medianOver(own, own, read)
  const ratio = (read: (figures: Figures) => number) =>
    `${medianOver(own, relay, (one, other) => read(one) / read(other)).toFixed(2)}×`
  const added = (read: (figures: Figures) => number) =>
    `${medianOver(own, direct, (one, other) => read(one) - read(other)).toFixed(0)} µs`
  const first = ({ firstEvent = Number.NaN }: Figures) => firstEvent
  return [
    shape.name,
    name,
    `${median(({ processor }) => processor).toFixed(1)} µs`,
    ratio(({ processor }) => processor),
    median(({ throughput }) => throughput).toFixed(0),
    ratio(({ throughput }) => throughput),
    `${median(({ latency }) => latency).toFixed(0)} µs`,
    added(({ latency }) => latency),
    shape.streams ? `${median(first).toFixed(0)} µs` : '–',
    shape.streams ? added(first) : '–',
  ]
}

/** Rows of cells as lines of text, the first two columns to the left and numbers to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const align = (cell: string, column: number) =>
    column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  return rows.map((row) => `${row.map(align).join('  ').trimEnd()}\n`).join('')
}

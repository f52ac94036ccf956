import { readFileSync, writeFileSync } from 'node:fs'

/** A promise, checked against the measurement. */
export interface Gate {
  name: string
  wanted: string
  /** Null: not measurable, because a peer is missing. */
  measured: string | null
  isMet: boolean | null
}

export interface Section {
  title: string
  markdown: string
  gates: Gate[]
}

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

export function gateTable(gates: Gate[]): string {
  const verdict = (gate: Gate) => (gate.isMet === null ? 'not measured' : gate.isMet ? 'yes' : '**no**')
  const rows = gates.map((gate) => [gate.name, gate.wanted, gate.measured ?? '', verdict(gate)])
  return table(['gate', 'wanted', 'measured', 'met'], rows)
}

export function print(section: Section): void {
  console.log(`\n## ${section.title}\n\n${section.markdown}`)
  if (section.gates.length > 0) console.log(`\n${gateTable(section.gates)}`)
}

/** The kind of results in a document: each kind has separate markers. */
export type ResultsPart = 'results' | 'soak'

/** Puts the results between their markers and keeps the text around them. */
export function replaceResults(document: string, results: string, part: ResultsPart = 'results'): string {
  const [startMark, endMark] = [`<!-- ${part}:start -->`, `<!-- ${part}:end -->`]
  const start = document.indexOf(startMark)
  const end = document.indexOf(endMark)
  if (start === -1 || end < start) throw new Error(`the markers ${startMark} and ${endMark} are missing`)
  return `${document.slice(0, start + startMark.length)}\n\n${results.trim()}\n\n${document.slice(end)}`
}

export function writeResults(path: string, results: string, part: ResultsPart = 'results'): void {
  writeFileSync(path, replaceResults(readFileSync(path, 'utf8'), results, part))
}

/** An unmeasured gate fails too, so that `--check` never passes without data. */
export function exitCode(gates: Gate[], isChecked: boolean): number {
  return isChecked && gates.some((gate) => gate.isMet !== true) ? 1 : 0
}

import { readFileSync, writeFileSync } from 'node:fs'

/** One promise, checked against what was measured. */
export interface Gate {
  name: string
  wanted: string
  /** Null: there was nothing to measure it with (a peer is missing). */
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

/** Which results of a document: each kind stands between markers of its own. */
export type ResultsPart = 'results' | 'soak'

/** Puts the results between their markers and leaves the words around them alone. */
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

/** A gate that could not be measured fails too: `--check` never passes on nothing. */
export function exitCode(gates: Gate[], isChecked: boolean): number {
  return isChecked && gates.some((gate) => gate.isMet !== true) ? 1 : 0
}

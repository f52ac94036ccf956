import { refuseFile, type ConfigText, type Path } from './config-text.ts'

/** A line that begins a table or sets a key; `table` is the path of its table. */
interface TomlLine {
  kind: 'header' | 'key' | 'other'
  table: string
  key: string | null
}

const HEADER = /^\s*\[(\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$/
const KEY = /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)$/
const VALUE = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^#\s][^#]*?)(\s*(?:#.*)?)$/

/**
 * The part of TOML that is needed to change top-level keys and whole tables. All other lines stay. A path is `[key]` or
 * `[table, name]`; the value of a table is an object of scalars.
 */
export class TomlText implements ConfigText {
  readonly #file: string
  #lines: string[]
  readonly #break: string

  constructor(file: string, text: string) {
    this.#file = file
    this.#break = text.includes('\r\n') ? '\r\n' : '\n'
    this.#lines = text === '' ? [] : text.split(/\r?\n/)
    this.#scan() // throws for an open string
  }

  get text(): string {
    return this.#lines.join(this.#break)
  }

  get(path: Path): unknown {
    if (path.length === 1) {
      const at = this.#keyAt('', path[0]!)
      return at < 0 ? undefined : readValue(this.#lines[at]!)
    }
    const table = path.join('.')
    const range = this.#tableRange(table)
    if (range === null) return undefined
    const scanned = this.#scan()
    const keys = Array.from({ length: range.end - range.start }, (_, index) => range.start + index)
    return Object.fromEntries(
      keys
        .filter((at) => scanned[at]!.kind === 'key')
        .map((at) => [scanned[at]!.key!, readValue(this.#lines[at]!)]),
    )
  }

  set(path: Path, value: unknown): void {
    if (path.length > 1) return this.#setTable(path.join('.'), value as Record<string, unknown>)
    const [name] = path as [string]
    const at = this.#keyAt('', name)
    if (at < 0) return this.#addTop(`${name} = ${JSON.stringify(value)}`)
    const line = this.#lines[at]!
    const [, , written = ''] = KEY.exec(line) ?? []
    const found = VALUE.exec(written)
    if (found === null || /^(?:"""|'''|\[|\{)/.test(written))
      throw refuseFile(this.#file, `the value of ${name} (line ${at + 1}) is not on one line`)
    const before = line.slice(0, line.length - written.length)
    this.#lines[at] = `${before}${JSON.stringify(value)}${found[2]!.trimEnd() === '' ? '' : found[2]!}`
  }

  remove(path: Path): void {
    if (path.length === 1) {
      const at = this.#keyAt('', path[0]!)
      if (at >= 0) this.#lines.splice(at, 1)
      return
    }
    const range = this.#tableRange(path.join('.'))
    if (range === null) return
    const from = this.#lines[range.start - 1]?.trim() === '' ? range.start - 1 : range.start
    this.#lines.splice(from, range.end - from)
  }

  source(path: Path): string | null {
    const range = this.#findRange(path)
    return range === null ? null : this.#lines.slice(range.start, range.end).join('\n')
  }

  restore(path: Path, source: string): void {
    const range = this.#findRange(path)
    if (range !== null) this.#lines.splice(range.start, range.end - range.start, ...source.split('\n'))
  }

  /** The lines of a key, or of a table. */
  #findRange(path: Path): { start: number; end: number } | null {
    if (path.length > 1) return this.#tableRange(path.join('.'))
    const start = this.#keyAt('', path[0]!)
    return start < 0 ? null : { start, end: start + 1 }
  }

  #addTop(line: string): void {
    const firstHeader = this.#scan().findIndex(({ kind }) => kind === 'header')
    let at = firstHeader < 0 ? this.#lines.length : firstHeader
    while (at > 0 && this.#lines[at - 1]!.trim() === '') at--
    this.#lines.splice(at, 0, line)
    if (at === this.#lines.length - 1) this.#lines.push('')
  }

  #setTable(table: string, value: Record<string, unknown>): void {
    const lines = [
      `[${table}]`,
      ...Object.entries(value).map(([key, each]) => `${key} = ${JSON.stringify(each)}`),
    ]
    const range = this.#tableRange(table)
    if (range !== null) return void this.#lines.splice(range.start, range.end - range.start, ...lines)
    const parent = table.slice(0, table.lastIndexOf('.'))
    const isElsewhere = this.#scan().some(
      (line) => line.kind === 'key' && joined(line.table, line.key!).startsWith(table),
    )
    if (isElsewhere || this.#keyAt('', parent) >= 0)
      throw refuseFile(this.#file, `${parent} is written in another form than [${table}]`)
    while (this.#lines.at(-1)?.trim() === '') this.#lines.pop()
    this.#lines.push(...(this.#lines.length === 0 ? [] : ['']), ...lines, '')
  }

  #keyAt(table: string, key: string): number {
    return this.#scan().findIndex((line) => line.kind === 'key' && line.table === table && line.key === key)
  }

  /** From its header to after its last key. */
  #tableRange(table: string): { start: number; end: number } | null {
    const scanned = this.#scan()
    const start = scanned.findIndex((line) => line.kind === 'header' && line.table === table)
    if (start < 0) return null
    const next = scanned.findIndex((line, at) => at > start && line.kind === 'header')
    let end = next < 0 ? this.#lines.length : next
    while (end > start + 1 && scanned[end - 1]!.kind !== 'key' && !this.#isInside(end - 1)) end--
    return { start, end }
  }

  /** A line of a value of several lines. */
  #isInside(at: number): boolean {
    const line = this.#lines[at]!.trim()
    return line !== '' && !line.startsWith('#')
  }

  #scan(): TomlLine[] {
    let table = ''
    let open: string | null = null
    const scanned = this.#lines.map((line): TomlLine => {
      if (open !== null) {
        if (closes(line, open)) open = null
        return { kind: 'other', table, key: null }
      }
      const header = HEADER.exec(line)
      if (header !== null) {
        table = joined('', header[2]!)
        return { kind: 'header', table, key: null }
      }
      const found = KEY.exec(line)
      if (found === null) return { kind: 'other', table, key: null }
      open = openAfter(found[2]!)
      return { kind: 'key', table, key: joined('', found[1]!) }
    })
    if (open === '"""' || open === "'''") throw refuseFile(this.#file, 'a string in it has no end')
    return scanned
  }
}

/** The end that a value of several lines still needs; null: the value is on one line. */
function openAfter(value: string): string | null {
  for (const quote of ['"""', "'''"])
    if (value.startsWith(quote)) return value.indexOf(quote, 3) < 0 ? quote : null
  const plain = value.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '').replace(/#.*$/, '')
  if (!plain.startsWith('[')) return null
  return plain.split('[').length > plain.split(']').length ? ']' : null
}

function closes(line: string, open: string): boolean {
  if (open !== ']') return line.includes(open)
  return /^[^#]*\]\s*(?:#.*)?$/.test(line.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, ''))
}

/** A dotted name without quotes and blanks. */
function joined(table: string, key: string): string {
  const plain = key.replace(/\s*\.\s*/g, '.').replace(/["']/g, '')
  return table === '' ? plain : `${table}.${plain}`
}

function readValue(line: string): unknown {
  const written = VALUE.exec(KEY.exec(line)?.[2] ?? '')?.[1] ?? ''
  if (written.startsWith("'")) return written.slice(1, -1)
  try {
    return JSON.parse(written) as unknown
  } catch {
    return written // a date, or a value of several lines
  }
}

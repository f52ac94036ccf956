import { DamagedFile } from '../read/source.ts'
import type { SourceFile } from '../read/source.ts'

const DELIMITERS = [',', ';', '\t', '|'] as const
type Delimiter = (typeof DELIMITERS)[number]

/**
 * RFC 4180: doubled quotes and line breaks are allowed inside quotes; empty lines are skipped. Where the decimal
 * separator is a comma, Excel separates with `;`, so the header decides. A first line `sep=;` names the delimiter.
 */
export function parseCsv({ path, text }: SourceFile): string[][] {
  const named = /^"?sep=([,;\t|])"?\r?\n/.exec(text)
  const source = named === null ? text : text.slice(named[0].length)
  const delimiter = (named?.[1] as Delimiter | undefined) ?? findDelimiter(source)
  const field = FIELDS[delimiter]
  const rows: string[][] = []
  let row: string[] = []
  for (field.lastIndex = 0; field.lastIndex <= source.length;) {
    const match = field.exec(source)
    if (match === null) throw new DamagedFile(path, `is not valid CSV (row ${rows.length + 1})`)
    const [, written = '', end] = match
    row.push(written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.trim())
    if (end === delimiter) continue
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
    if (end === '') break
  }
  return rows
}

const FIELDS: Readonly<Record<Delimiter, RegExp>> = {
  ',': /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/y,
  ';': /("(?:[^"]|"")*"|[^";\r\n]*)(;|\r?\n|$)/y,
  '\t': /("(?:[^"]|"")*"|[^"\t\r\n]*)(\t|\r?\n|$)/y,
  '|': /("(?:[^"]|"")*"|[^"|\r\n]*)(\||\r?\n|$)/y,
}

/** The delimiter that the header has most often. */
function findDelimiter(text: string): Delimiter {
  const header = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0].replace(/"(?:[^"]|"")*"/g, '') ?? ''
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ','
}

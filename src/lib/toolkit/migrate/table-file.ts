import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import { entriesOf, isFields, numberOf, parseJson, textOf, textsOf } from './parse-file.ts'
import type { Fields } from './parse-file.ts'
import { serviceAt } from './service.ts'
import { DamagedFile } from './source.ts'
import type { Look, Source, SourceFile } from './source.ts'
import { keyProblem } from './variables.ts'

/** A list of accounts as CSV or JSON, with the columns in `docs/guide/migrating.md`; read only if named. */
export const tableFile: Source = {
  id: 'table-file',
  label: 'CSV or JSON list',
  inFolder: /^accounts\.(csv|json)$/,
  asFile: /\.(csv|json)$/,
  usual: () => [],
  read(file, look) {
    const rows = file.path.endsWith('.csv') ? csvRows(file) : jsonRows(file)
    return rows?.map((row, index) => rowFinding(row, { file, look, index })) ?? null
  },
}

function jsonRows(file: SourceFile): Fields[] | null {
  const parsed = parseJson(file)
  const list = isFields(parsed) ? parsed['accounts'] : parsed
  const rows = entriesOf(list)
  return rows.some((row) => keyOf(row) !== null || 'provider' in row) ? rows.map(withPlainNames) : null
}

function csvRows(file: SourceFile): Fields[] | null {
  const [header, ...records] = parseCsv(file)
  if (header === undefined) return []
  const names = header.map(plainName)
  if (!names.includes('key')) return null
  return records.map((record) => {
    if (record.length !== names.length) {
      const line = records.indexOf(record) + 2
      throw new DamagedFile(
        file.path,
        `has ${record.length} fields in row ${line} for ${names.length} columns`,
      )
    }
    return Object.fromEntries(names.map((name, index) => [name, record[index]]))
  })
}

function withPlainNames(row: Fields): Fields {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [plainName(name), value]))
}

/** `Base URL`, `baseUrl` and `base_url` are one column. */
function plainName(name: string): string {
  const plain = name
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
  return aliases[plain] ?? plain
}

const aliases: Readonly<Record<string, string>> = {
  api_key: 'key',
  apikey: 'key',
  secret: 'key',
  token: 'key',
  group: 'groups',
  limit: 'limits',
  model: 'models',
  proxy: 'egress_proxy',
  proxy_url: 'egress_proxy',
  url: 'base_url',
  api_base: 'base_url',
}

function keyOf(row: Fields): string | null {
  return textOf(withPlainNames(row)['key'])
}

function rowFinding(row: Fields, given: { file: SourceFile; look: Look; index: number }): Finding {
  const { file, look, index } = given
  const secret = textOf(row['key'])
  const named = textOf(row['provider'])
  const baseUrl = textOf(row['base_url'])
  const service = named === null ? serviceAt(look.providers, baseUrl, '') : { provider: named, baseUrl }
  const models = textsOf(row['models'])
  return finding({
    source: 'table-file',
    file: file.path,
    provider: service.provider || null,
    baseUrl: service.baseUrl,
    name: textOf(row['name']) ?? (service.provider || `row-${index + 1}`),
    secret,
    limits: textsOf(row['limits']),
    groups: textsOf(row['groups']),
    priority: numberOf(row['priority']) ?? 0,
    weight: numberOf(row['weight']) ?? 1,
    quotaGroup: textOf(row['quota_group']),
    egressProxy: textOf(row['egress_proxy']),
    models: models.length > 0 ? models : null,
    enabled: row['enabled'] !== false && !/^(false|no|0)$/i.test(textOf(row['enabled']) ?? ''),
    declined: problemOf(service.provider, secret),
  })
}

function problemOf(provider: string, secret: string | null): string | null {
  if (provider === '') return 'the row names neither a provider nor a base URL'
  return secret === null ? 'the row has no key' : keyProblem(secret, null)
}

/** RFC 4180: doubled quotes and line breaks are allowed inside quotes; empty lines are skipped. */
function parseCsv({ path, text }: SourceFile): string[][] {
  const FIELD = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/y
  const source = text.replace(/^\ufeff/, '')
  const rows: string[][] = []
  let row: string[] = []
  for (FIELD.lastIndex = 0; FIELD.lastIndex <= source.length;) {
    const match = FIELD.exec(source)
    if (match === null) throw new DamagedFile(path, `is not valid CSV (row ${rows.length + 1})`)
    const [, field = '', end] = match
    row.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field.trim())
    if (end === ',') continue
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
    if (end === '') break
  }
  return rows
}

import type { Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import { findServiceByKey } from '../read/own-keys.ts'
import {
  readEntries,
  isFields,
  isNo,
  readNumber,
  parseJson,
  readText,
  readTexts,
} from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { serviceAt, serviceCalled } from '../read/service.ts'
import { DamagedFile } from '../read/source.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'
import { parseCsv } from './csv.ts'

/** A list of accounts as CSV or JSON, with the columns in `docs/guide/migrating.md`; read only if named. */
export const tableFile: Source = {
  id: 'table-file',
  label: 'CSV or JSON list',
  inFolder: /^accounts\.(csv|tsv|json)$/,
  asFile: /\.(csv|tsv|json)$/,
  usual: () => [],
  read(file, context) {
    const rows = /\.[ct]sv$/i.test(file.path) ? csvRows(file) : jsonRows(file)
    const unknown = [...new Set((rows ?? []).flatMap((row) => Object.keys(row)))].filter(
      (one) => !columns.has(one),
    )
    if (unknown.length > 0)
      context.leftOut(file.path, `columns without a meaning here: ${unknown.join(', ')}`)
    return rows?.flatMap((row, index) => rowFindings(row, { file, context, index })) ?? null
  },
}

function jsonRows(file: SourceFile): Fields[] | null {
  const parsed = parseJson(file)
  const list = isFields(parsed) ? parsed['accounts'] : parsed
  const rows = readEntries(list)
  return rows.some((row) => readKey(row) !== null || 'provider' in row) ? rows.map(withPlainNames) : null
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
  return Object.hasOwn(aliases, plain) ? aliases[plain]! : plain
}

const columns = new Set(
  ['provider', 'name', 'label', 'key', 'base_url', 'groups', 'limits', 'priority', 'weight'].concat([
    'quota_group',
    'egress_proxy',
    'models',
    'enabled',
  ]),
)

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
  service: 'provider',
  active: 'enabled',
  status: 'enabled',
}

function readKey(row: Fields): string | null {
  return readText(withPlainNames(row)['key'])
}

function rowFindings(
  row: Fields,
  given: { file: SourceFile; context: ReadContext; index: number },
): Finding[] {
  const { file, context, index } = given
  const named = readText(row['provider'])
  const baseUrl = readText(row['base_url'])
  const models = readTexts(row['models'])
  return findEachKey(readText(row['key']), (secret, notes) => {
    const service = findService({ named, baseUrl, secret }, context)
    return keyFinding(
      {
        source: 'table-file',
        file: file.path,
        provider: service.provider || null,
        baseUrl: service.baseUrl,
        note: service.note,
        name: readText(row['name']) ?? (service.provider || `row-${index + 1}`),
        label: readText(row['label']),
        secret,
        limits: readTexts(row['limits']),
        groups: readTexts(row['groups']),
        priority: readNumber(row['priority']) ?? 0,
        weight: readNumber(row['weight']) ?? 1,
        quotaGroup: readText(row['quota_group']),
        egressProxy: readText(row['egress_proxy']),
        models: models.length > 0 ? models : null,
        enabled: !isNo(row['enabled']),
        notes,
        declined: service.provider === '' ? 'the row names neither a provider nor a base URL' : null,
      },
      'the row has no key',
    )
  })
}

/** A provider by its id or a common name; without one, by the base URL or the form of the key. */
function findService(
  { named, baseUrl, secret }: { named: string | null; baseUrl: string | null; secret: string | null },
  context: ReadContext,
) {
  if (named !== null) {
    if (context.providers.some(({ id }) => id === named)) return { provider: named, baseUrl }
    return serviceCalled(context.providers, named, baseUrl) ?? { provider: named, baseUrl }
  }
  const guessed = baseUrl === null && secret !== null ? findServiceByKey(context.providers, secret) : null
  return guessed ?? serviceAt(context.providers, baseUrl, '')
}

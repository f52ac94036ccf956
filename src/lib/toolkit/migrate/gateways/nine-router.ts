import { join } from 'node:path'
import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import { makeFinding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import {
  readEntries,
  readFields,
  isFields,
  isNo,
  readNumber,
  parseJson,
  readText,
} from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { serviceAt, serviceCalled, subscriptionTerms } from '../read/service.ts'
import type { Service } from '../read/service.ts'
import type { ReadContext, Source } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'

const SOURCE = '9router'

/**
 * 9router: the connections of its database (`~/.9router/db/data.sqlite`, formerly `db.json`), and its exports of the
 * keys of one provider. The smallest priority is first (github.com/decolua/9router, src/lib/db, read 2026-11-30).
 */
export const nineRouter: Source = {
  id: SOURCE,
  label: '9router',
  inFolder: /^(data\.sqlite|db\.json|.+-keys\.json)$/,
  asFile: /\.(json|sqlite3?|db)$/,
  usual({ env, home }) {
    const folder = env['DATA_DIR'] || join(home, '.9router')
    return [join(folder, 'db', 'data.sqlite'), join(folder, 'db.json')]
  },
  read(file, context) {
    const parsed = parseJson(file)
    if (!isFields(parsed)) return null
    if (Array.isArray(parsed['keys']) && readText(parsed['provider']) !== null) {
      const provider = parsed['provider']
      const keys = readEntries(parsed['keys']).map((one) => ({ provider, authType: 'apikey', ...one }))
      return keys.some((one) => 'apiKey' in one) ? importConnections(keys, [], file.path, context) : null
    }
    if (!Array.isArray(parsed['providerConnections'])) return null
    const nodes = readEntries(parsed['providerNodes'])
    return importConnections(readEntries(parsed['providerConnections']), nodes, file.path, context)
  },
  readDatabase(path, context) {
    const tables = context.files.rows(
      path,
      `SELECT name FROM sqlite_master WHERE name = 'providerConnections'`,
    )
    if (tables.length === 0) return null
    const nodes = context.files.rows(path, `SELECT name FROM sqlite_master WHERE name = 'providerNodes'`)
    const rows = (table: string) =>
      context.files
        .rows(path, `SELECT * FROM ${table}`)
        .map((row) => ({ ...jsonFields(row['data']), ...row }))
    return importConnections(
      rows('providerConnections'),
      nodes.length === 0 ? [] : rows('providerNodes'),
      path,
      context,
    )
  },
}

function importConnections(
  connections: Fields[],
  nodes: Fields[],
  file: string,
  context: ReadContext,
): Finding[] {
  return connections.flatMap((connection) => connectionKeys(connection, { nodes, file, context }))
}

function connectionKeys(
  connection: Fields,
  { nodes, file, context }: { nodes: Fields[]; file: string; context: ReadContext },
): Finding[] {
  const provider = readText(connection['provider']) ?? ''
  const node = nodes.find((one) => readText(one['id']) === provider)
  const called = readText(node?.['name']) ?? provider
  const specific = readFields(connection['providerSpecificData'])
  const baseUrl = readText(node?.['baseUrl']) ?? readText(specific['baseUrl'])
  const service = findService(provider, baseUrl, context)
  const said = {
    source: SOURCE as typeof SOURCE,
    file,
    name: readText(connection['name']) ?? readText(connection['email']) ?? called,
    ...(service ?? { provider: null, baseUrl: null }),
  }
  const authType = readText(connection['authType']) ?? 'apikey'
  if (!/^api[-_]?key$/i.test(authType)) {
    const declined = `a login of ${called} (${authType}): ${subscriptionTerms}`
    return [makeFinding({ ...said, baseUrl: null, declined })]
  }
  const unknown = `qwenctl knows no service ${called}; with its base URL it can be added: qwenctl auth add -p custom --base-url URL`
  const settings = {
    priority: Math.round(readNumber(connection['priority']) ?? 0),
    enabled: !isNo(connection['isActive']),
    egressProxy: readText(specific['connectionProxyUrl']),
    declined: service === null ? unknown : null,
  }
  return findEachKey(readText(connection['apiKey']), (secret, notes) =>
    keyFinding({ ...said, ...settings, secret, notes }),
  )
}

function findService(provider: string, baseUrl: string | null, context: ReadContext): Service | null {
  if (baseUrl === null) return serviceCalled(context.providers, provider)
  return serviceAt(context.providers, baseUrl, /^anthropic/.test(provider) ? 'anthropic' : 'custom')
}

function jsonFields(value: unknown): Fields {
  return readFields(tryParseJson(readText(value) ?? ''))
}

import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import { join } from 'node:path'
import type { Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import { readEntries, readFields, isFields, readNumber, parseJson, readText } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { serviceAt } from '../read/service.ts'
import type { ReadContext, Source } from '../read/source.ts'

const SOURCE = 'gpt-load' as const

/**
 * GPT-Load: the groups of its database (`data/gpt-load.db`) with their upstreams and keys. A key with status `invalid`
 * is off there (github.com/tbphp/gpt-load, internal/models/types.go, read 2026-11-30).
 */
export const gptLoad: Source = {
  id: SOURCE,
  label: 'GPT-Load',
  inFolder: /^gpt-load\.(db|json)$/,
  asFile: /\.(json|db|sqlite3?)$/,
  usual: ({ folder }) => [join(folder, 'data', 'gpt-load.db')],
  read(file, context) {
    const parsed = parseJson(file)
    const list = isFields(parsed) ? (parsed['data'] ?? parsed['groups']) : parsed
    const groups = readEntries(list).filter((one) => 'upstreams' in one && 'channel_type' in one)
    if (groups.length === 0) return null
    return groups.flatMap((group) => groupKeys(group, readEntries(group['api_keys']), file.path, context))
  },
  readDatabase(path, context) {
    const tables = context.files.rows(
      path,
      `SELECT name FROM sqlite_master WHERE name IN ('groups', 'api_keys') AND type = 'table'`,
    )
    if (tables.length < 2) return null
    const keys = context.files.rows(path, 'SELECT * FROM api_keys ORDER BY id')
    return context.files.rows(path, 'SELECT * FROM groups ORDER BY sort, id').flatMap((group) =>
      groupKeys(
        group,
        keys.filter((one) => one['group_id'] === group['id']),
        path,
        context,
      ),
    )
  },
}

function groupKeys(group: Fields, keys: Fields[], file: string, context: ReadContext): Finding[] {
  const name = readText(group['name']) ?? SOURCE
  const upstreams = readEntries(parsed(group['upstreams']))
  const [url = null, ...others] = upstreams.map((one) => readText(one['url'])).filter((one) => one !== null)
  const channel = readText(group['channel_type']) ?? 'openai'
  const service = serviceAt(context.providers, url === null ? null : withVersion(url, channel), channel)
  const config = readFields(parsed(group['config']))
  const said = {
    source: SOURCE,
    file,
    name,
    ...service,
    groups: [name],
    egressProxy: readText(config['proxy_url']),
  }
  const left = ['param_overrides', 'header_rules', 'model_redirect_rules'].filter(
    (field) =>
      !['', '{}', '[]', 'null'].includes(JSON.stringify(parsed(group[field]) ?? '').replaceAll('"', '')),
  )
  const notes = [
    ...(others.length === 0 ? [] : [`its other upstreams are left behind: ${others.join(', ')}`]),
    ...(left.length === 0 ? [] : [`left behind: ${left.join(', ')}`]),
  ]
  if (readText(group['proxy_keys']) !== null) {
    context.leftOut(file, `proxy_keys of ${name}: client keys of GPT-Load; next: qwenctl keys create NAME`)
  }
  if (keys.length === 0) {
    return [
      keyFinding({ ...said, secret: null, notes }, 'the group has no keys here; next: name its database'),
    ]
  }
  return keys.map((key) => {
    const sealed = readNumber(key['is_encrypted']) === 1 || isSealed(readText(key['key_value']) ?? '')
    return keyFinding({
      ...said,
      secret: readText(key['key_value']),
      enabled: (readText(key['status']) ?? 'active') === 'active',
      notes,
      declined: sealed
        ? 'its key is encrypted with the ENCRYPTION_KEY of GPT-Load; next: export the keys there'
        : null,
    })
  })
}

/** With `ENCRYPTION_KEY`, the key is AES-GCM in hexadecimal: longer than any key, and with no other characters. */
function isSealed(key: string): boolean {
  return /^[0-9a-f]{80,}$/.test(key)
}

/** Upstreams have no version; clients write it below `/proxy/GROUP`. */
function withVersion(url: string, channel: string): string {
  const bare = URL.parse(url)
  return channel === 'openai' && bare !== null && /^\/*$/.test(bare.pathname) ? `${bare.origin}/v1` : url
}

function parsed(value: unknown): unknown {
  return typeof value === 'string' ? tryParseJson(value) : value
}

import { formatCount } from '../../../base/text/count-noun.ts'
import { formatTime } from '../../../base/iso-time.ts'
import { makeFinding } from '../finding.ts'
import type { AliasFinding, Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import {
  readEntries,
  readFields,
  isFields,
  readNumber,
  parseJson,
  textFields,
  readText,
} from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { serviceAt, serviceCalled, subscriptionTerms } from '../read/service.ts'
import type { Service } from '../read/service.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'

const SOURCE = 'sub2api'

/**
 * sub2api: the accounts of its export (`GET /api/v1/admin/accounts/data`), of type `sub2api-data`, formerly
 * `sub2api-bundle`. Accounts have a platform, a type, credentials and the smallest priority first
 * (github.com/Wei-Shaw/sub2api, admin/account_data.go, read 2026-11-30).
 */
export const sub2api: Source = {
  id: SOURCE,
  label: 'sub2api',
  inFolder: /^sub2api[\w.-]*\.json$/,
  asFile: /\.json$/,
  usual: () => [],
  read(file, context) {
    const parsed = parseJson(file)
    const body = isFields(parsed) && isFields(parsed['data']) ? parsed['data'] : parsed
    if (!isFields(body)) return null
    const accounts = readEntries(body['accounts'])
    const isExport = /^sub2api-/.test(readText(body['type']) ?? '')
    if (!isExport && !accounts.some((one) => 'platform' in one && 'credentials' in one)) return null
    const proxies = readEntries(body['proxies'])
    return accounts.flatMap((account) => accountKeys(account, { file, context, proxies }))
  },
}

function accountKeys(
  account: Fields,
  { file, context, proxies }: { file: SourceFile; context: ReadContext; proxies: Fields[] },
): Finding[] {
  const platform = readText(account['platform']) ?? ''
  const type = readText(account['type']) ?? ''
  const credentials = readFields(account['credentials'])
  const name = readText(account['name']) ?? platform
  const where = { source: SOURCE, file: file.path, name } as const
  if (type !== 'apikey' && type !== 'upstream' && type !== 'api_key') {
    const provider = serviceCalled(context.providers, platform)?.provider ?? null
    const isCloud = /bedrock|vertex/.test(type)
    const declined = isCloud
      ? `an account of a cloud (${type}), which qwenctl does not know`
      : `a login of ${platform} (${type}): ${subscriptionTerms}`
    return [makeFinding({ ...where, provider, declined })]
  }
  const service = findService(platform, readText(credentials['base_url']), context)
  const { models, aliases } = modelsIn(credentials)
  const proxy = proxies.find(
    (one) => one['proxy_key'] !== undefined && one['proxy_key'] === account['proxy_key'],
  )
  const notes = listNotes(account)
  const said = {
    ...where,
    ...(service ?? { provider: null, baseUrl: null }),
    priority: Math.round(readNumber(account['priority']) ?? 0),
    models: models.length > 0 ? models : null,
    aliases,
    egressProxy: proxy === undefined ? null : proxyUrl(proxy),
    enabled: isEnabled(account),
    declined: service === null ? `qwenctl knows no service ${platform}` : null,
  }
  return findEachKey(readText(credentials['api_key']), (secret, more) =>
    keyFinding({ ...said, secret, notes: [...notes, ...more] }),
  )
}

function findService(platform: string, baseUrl: string | null, context: ReadContext): Service | null {
  if (baseUrl === null) return serviceCalled(context.providers, platform)
  return serviceAt(context.providers, baseUrl, platform === 'anthropic' ? 'anthropic' : 'custom')
}

function isEnabled(account: Fields): boolean {
  const expiresAt = readNumber(account['expires_at'])
  const status = readText(account['status']) ?? 'active'
  const isOver = expiresAt !== null && expiresAt > 0 && account['auto_pause_on_expired'] === true
  return status === 'active' && account['schedulable'] !== false && !isOver
}

function listNotes(account: Fields): string[] {
  const concurrency = readNumber(account['concurrency'])
  const expiresAt = readNumber(account['expires_at'])
  const rate = readNumber(account['rate_multiplier'])
  return [
    ...(concurrency === null || concurrency < 1
      ? []
      : [
          `at most ${formatCount(concurrency, 'request')} at a time there; next: qwenctl config set caps.perAccountConcurrency`,
        ]),
    ...(expiresAt === null || expiresAt <= 0 ? [] : [`expires there at ${formatTime(expiresAt * 1000)}`]),
    ...(rate === null || rate === 1 ? [] : [`left behind: rate_multiplier ${rate}`]),
  ]
}

/** `model_mapping`: what clients ask for, and the model of the service. `*` matches any name. */
function modelsIn(credentials: Fields): { models: string[]; aliases: AliasFinding[] } {
  const rows = Object.entries(textFields(credentials['model_mapping'])).map(([name, model]) => ({
    name,
    model,
    rank: 0,
  }))
  const isOpen = rows.some(({ model }) => model.includes('*'))
  return {
    models: isOpen ? [] : [...new Set(rows.map(({ model }) => model))],
    aliases: rows.filter(({ name, model }) => name !== model && !`${name}${model}`.includes('*')),
  }
}

function proxyUrl(proxy: Fields): string | null {
  const [host, port] = [readText(proxy['host']), readNumber(proxy['port'])]
  if (host === null || port === null) return null
  const url = URL.parse(`${readText(proxy['protocol']) ?? 'http'}://${host}:${port}`)
  if (url === null) return null
  url.username = readText(proxy['username']) ?? ''
  url.password = readText(proxy['password']) ?? ''
  return url.href.replace(/\/$/, '')
}

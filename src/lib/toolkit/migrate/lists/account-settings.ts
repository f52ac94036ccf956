import type { Finding } from '../finding.ts'
import { readFields, readNumber, readText, readTexts } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'

const SECTIONS = ['account', 'auth', 'credentials', 'api', 'quota', 'limits', 'rate_limits', 'proxy']

/** Settings are flat or in sections; the outermost wins. Names are converted to `lower_case`. */
export function flattenSettings(parsed: Fields): Fields {
  const inner = SECTIONS.map((name) => readFields(parsed[name]))
  const flat = Object.assign({}, ...inner, parsed) as Fields
  return Object.fromEntries(Object.entries(flat).map(([name, value]) => [plainName(name), value]))
}

function plainName(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll('-', '_')
}

/** The text of the first of several fields that has one. */
export function firstText(settings: Fields, ...names: string[]): string | null {
  return names.map((name) => readText(settings[name])).find((text) => text !== null) ?? null
}

const COUNTS: readonly (readonly [string, readonly string[]])[] = [
  ['day', ['daily_limit', 'requests_per_day', 'daily', 'rpd']],
  ['hour', ['hourly_limit', 'requests_per_hour', 'hourly']],
  ['minute', ['requests_per_minute', 'rpm']],
]

/** Attributes of an account in the settings of another tool. */
export function readSettings(settings: Fields): Partial<Finding> {
  const models = readTexts(settings['models'])
  const counts = COUNTS.flatMap(([window, names]) => {
    const count = names.map((name) => readNumber(settings[name])).find((one) => one !== null) ?? null
    return count === null || count < 1 ? [] : [`${Math.floor(count)}/${window}`]
  })
  return {
    limits: [...readTexts(settings['limits'] ?? settings['limit']), ...counts],
    groups: readTexts(settings['groups'] ?? settings['group'] ?? settings['tags']),
    priority: Math.round(readNumber(settings['priority']) ?? 0),
    weight: Math.max(1, Math.round(readNumber(settings['weight']) ?? 1)),
    quotaGroup: firstText(settings, 'quota_group'),
    egressProxy: firstText(settings, 'egress_proxy', 'proxy_url', 'proxy'),
    models: models.length > 0 ? models : null,
  }
}

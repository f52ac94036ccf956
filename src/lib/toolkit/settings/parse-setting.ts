import { QwenctlError } from '../../base/errors.ts'
import { isMetadataHost } from '../../net/metadata-addresses.ts'
import { durationMs, percent } from '../../quota/amounts.ts'
import { readRedisUrl } from '../../store/redis/link/redis-url.ts'
import { formatCommand } from '../notices/command-words.ts'
import type { SettingRow } from './settings-table.ts'

/** Parses a setting from text, or from a parsed YAML value. Throws `invalid_value` naming `place`. */
export function parseSetting(row: SettingRow, raw: unknown, place: string): unknown {
  const value = parsers[row.type.kind](raw, row.type as never)
  if (value !== undefined) return value
  const shown = row.type.kind === 'store-address' ? 'a value' : JSON.stringify(raw) // it may hold a password
  throw new QwenctlError('invalid_value', `${place} is ${shown}, which is not ${wanted(row)}`, {
    hint: `${place.includes(' in ') ? `correct ${place}; ` : ''}the default is ${JSON.stringify(row.default)}`,
  })
}

type Kind<K> = Extract<SettingRow['type'], { kind: K }>

/** Undefined: not a value of this type. */
const parsers: { [K in SettingRow['type']['kind']]: (raw: unknown, type: Kind<K>) => unknown } = {
  text: (raw) => (typeof raw === 'string' && raw.trim() !== '' ? raw.trim() : undefined),
  whole: (raw, { min, max }) => {
    const number = typeof raw === 'string' && /^\d+$/.test(raw.trim()) ? Number(raw) : raw
    return Number.isSafeInteger(number) && (number as number) >= min && (number as number) <= max
      ? number
      : undefined
  },
  boolean: (raw) => {
    if (raw === true || raw === false) return raw
    const word = typeof raw === 'string' ? raw.trim().toLowerCase() : ''
    if (['true', 'yes', 'on', '1'].includes(word)) return true
    return ['false', 'no', 'off', '0'].includes(word) ? false : undefined
  },
  choice: (raw, { of }) => {
    // YAML 1.1 files write `off` for a boolean.
    const word = raw === false ? 'off' : raw
    return of.find((choice) => choice === word)
  },
  list: (raw) => {
    const items: unknown[] =
      typeof raw === 'string' ? raw.split(',').map((item) => item.trim()) : [raw].flat()
    if (items.some((item) => typeof item !== 'string')) return undefined
    return items.filter((item) => item !== '')
  },
  percents: (raw) => {
    const items: unknown[] = typeof raw === 'string' ? raw.split(',') : [raw].flat()
    const numbers = items.map((item) => /^\s*(\d{1,3})\s*%?\s*$/.exec(String(item))?.[1])
    const percents = numbers.filter((number) => number !== undefined).map(Number)
    if (typeof raw === 'string' && raw.trim() === '') return []
    if (percents.length < items.length || percents.some((percent) => percent < 1 || percent > 100))
      return undefined
    return [...new Set(percents)].sort((one, other) => one - other).map((percent) => `${percent}%`)
  },
  'web-address': (raw) => {
    const text = typeof raw === 'string' ? raw.trim() : undefined
    if (text === '') return ''
    const url = URL.parse(text ?? '')
    return url !== null && /^https?:$/.test(url.protocol) && !isMetadataHost(url.hostname) ? text : undefined
  },
  'store-address': (raw) => {
    const text = typeof raw === 'string' ? raw.trim() : undefined
    return text === '' || (text !== undefined && readRedisUrl(text) !== null) ? text : undefined
  },
  command: (raw) => {
    const text = typeof raw === 'string' ? raw.trim() : undefined
    return text === '' || (text !== undefined && (formatCommand(text)?.[0] ?? '') !== '') ? text : undefined
  },
  percent: (raw) => {
    const whole = percent(String(raw))
    return whole === null ? undefined : `${whole}%`
  },
  duration: (raw, { maxMs }) => {
    const text = String(raw).trim()
    const ms = durationMs(text)
    return ms === null || ms > maxMs ? undefined : text
  },
}

function wanted({ type }: SettingRow): string {
  switch (type.kind) {
    case 'text':
      return 'a text'
    case 'whole':
      return `a whole number from ${type.min} to ${type.max}`
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${type.of.join(', ')}`
    case 'list':
      return 'a list of names, separated by commas'
    case 'percents':
      return 'shares from 1% to 100%, separated by commas'
    case 'web-address':
      return 'an http or https URL (cloud metadata addresses are refused)'
    case 'store-address':
      return 'redis://HOST, rediss://HOST, redis+sentinel://HOST,HOST/NAME or redis+cluster://HOST,HOST'
    case 'command':
      return 'a program with its arguments, each quote closed'
    case 'percent':
      return 'a whole percentage below 100, like 20%'
    case 'duration':
      return `a time up to ${type.maxMs / 60_000} minutes, like 30s, 500ms or 2m`
  }
}

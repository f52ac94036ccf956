import { Flags } from '@oclif/core'
import { QwenctlError } from '../../../lib/base/errors.ts'
import type { AccountSettings } from '../../../lib/toolkit/toolkit.ts'

/** Whether the provider checks a new key of a known account before it is stored. */
export const verifyFlag = {
  verify: Flags.boolean({
    description: 'check a new key with the provider first',
    default: true,
    allowNo: true,
  }),
}

/** The settings of an account, shared by `auth add` and `accounts set`. */
export const settingFlags = {
  label: Flags.string({
    description: 'free text shown beside the name',
    helpValue: 'TEXT',
  }),
  'base-url': Flags.string({
    description: "endpoint that replaces the provider's own",
    helpValue: 'URL',
  }),
  'anthropic-base-url': Flags.string({
    description: 'Messages base beside the OpenAI --base-url, for a service with both (-p custom)',
    helpValue: 'URL',
  }),
  service: Flags.string({
    description: 'service of an account at any HTTP API (-p http): requests go below /services/NAME',
    helpValue: 'NAME',
  }),
  'auth-header': Flags.string({
    description: "header with the key of such a service, for example 'Authorization: Bearer {key}'",
    helpValue: 'HEADER',
  }),
  group: Flags.string({
    char: 'g',
    description: 'add it to this group (repeat for several)',
    helpValue: 'GROUP',
    multiple: true,
    multipleNonGreedy: true,
  }),
  limit: Flags.string({
    char: 'l',
    description: 'MAX[metric]/WINDOW, such as 2000/day or 60/minute (repeat for several)',
    helpValue: 'LIMIT',
    multiple: true,
    multipleNonGreedy: true,
  }),
  priority: Flags.integer({ description: 'tier; the smallest number serves first', helpValue: 'N' }),
  weight: Flags.integer({ description: 'share within its tier', helpValue: 'N', min: 1 }),
  'quota-group': Flags.string({
    description: 'accounts with the same group share one quota at the provider, and its cooldowns',
    helpValue: 'GROUP',
  }),
  'egress-proxy': Flags.string({
    description: 'http, https, socks5 or socks5h proxy to the provider (repeat for fallbacks)',
    helpValue: 'URL',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'egress-proxy-env': Flags.string({
    description: 'read the egress proxy URL from this variable (keeps passwords out of ps)',
    helpValue: 'VAR',
    exclusive: ['egress-proxy'],
  }),
  model: Flags.string({
    description: 'serve only this model (repeat for several)',
    helpValue: 'MODEL',
    multiple: true,
    multipleNonGreedy: true,
  }),
}

export interface SettingFlags {
  label?: string | undefined
  'base-url'?: string | undefined
  'anthropic-base-url'?: string | undefined
  service?: string | undefined
  'auth-header'?: string | undefined
  group?: string[] | undefined
  limit?: string[] | undefined
  priority?: number | undefined
  weight?: number | undefined
  'quota-group'?: string | undefined
  'egress-proxy'?: string[] | undefined
  'egress-proxy-env'?: string | undefined
  model?: string[] | undefined
}

/** Flags with one text, and their settings. */
const texts = [
  ['label', 'label'],
  ['base-url', 'baseUrl'],
  ['anthropic-base-url', 'anthropicBaseUrl'],
  ['service', 'service'],
  ['auth-header', 'authHeader'],
  ['quota-group', 'quotaGroup'],
] as const

/** The given settings. An empty value (`--quota-group ''`) restores the default. */
export function readSettings(flags: SettingFlags, env: NodeJS.ProcessEnv): AccountSettings {
  const settings: AccountSettings = {}
  for (const [flag, setting] of texts) {
    const text = flags[flag]
    if (text !== undefined) settings[setting] = text || null
  }
  if (flags.group !== undefined) settings.groups = parseValues(flags.group, '--group')
  if (flags.limit !== undefined) settings.limits = parseValues(flags.limit, '--limit')
  if (flags.model !== undefined) {
    const models = parseValues(flags.model, '--model')
    settings.models = models.length === 0 ? null : models
  }
  if (flags.priority !== undefined) settings.priority = flags.priority
  if (flags.weight !== undefined) settings.weight = flags.weight
  if (flags['egress-proxy'] !== undefined) {
    settings.egressProxy = parseValues(flags['egress-proxy'], '--egress-proxy').join(' ') || null
  }
  const variable = flags['egress-proxy-env']
  if (variable !== undefined) settings.egressProxy = proxiesIn(variable, env)
  return settings
}

function proxiesIn(variable: string, env: NodeJS.ProcessEnv): string {
  const text = env[variable]?.trim() ?? ''
  if (text !== '') return text
  throw new QwenctlError('missing_answer', `the variable ${variable} is not set`, {
    hint: 'set it to the URLs of the proxies, or name another with --egress-proxy-env VAR',
  })
}

function parseValues(given: string[], flag: string): string[] {
  const words = given.filter((word) => word !== '')
  if (words.length > 0 && words.length < given.length) {
    throw new QwenctlError('invalid_value', `one ${flag} is empty`, {
      hint: `to clear it, give only ${flag} ''`,
    })
  }
  return words
}

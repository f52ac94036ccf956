import { checkLabel } from '../../account/label.ts'
import { checkName } from '../../account/name.ts'
import { QwenctlError } from '../../base/errors.ts'
import { normalizeBaseUrl } from '../../provider/endpoints.ts'
import type { Provider } from '../../provider/provider.ts'
import { isNoLimit } from '../../quota/limit-input.ts'
import { formatLimit, parseLimit } from '../../quota/limit.ts'
import { egressListText, parseEgressList } from '../../net/egress-proxy.ts'
import { isLoopback, isLoopbackUrl } from '../../base/loopback.ts'
import { isMetadataHost } from '../../net/metadata-addresses.ts'
import { checkService } from './service-fields.ts'
import { eachInField, FieldFaults } from '../settings/field-faults.ts'
import { inField } from '../settings/in-field.ts'
import type { AccountSettings } from './account-inputs.ts'

/** Most servers refuse longer headers, so a longer key could never be sent. */
const LONGEST_SECRET = 8192

const KEY_FLAGS = 'give it with --key-stdin, --key-env VAR or --key-file PATH'
const NO_KEY_FLAG = '; a server without keys takes --no-key'

/** The rules that apply to addresses that users enter. */
export interface AddressRules {
  /** Whether a base URL may be the metadata address at which a cloud hands out credentials. */
  allowMetadata: boolean
}

/** Checked settings in their stored form; only the given fields are present. */
export interface CheckedSettings {
  label?: string | null
  groups?: string[]
  priority?: number
  weight?: number
  limits?: string[] | null
  baseUrl?: string | null
  anthropicBaseUrl?: string | null
  service?: string | null
  authHeader?: string | null
  quotaGroup?: string | null
  /** `url` is a list and may contain passwords; `shown` contains none. */
  egressProxy?: { url: string; shown: string } | null
  models?: string[] | null
}

/**
 * Checks the settings given to `auth add` and `accounts set`. Throws `invalid_value` or `invalid_limit`, with every
 * invalid field.
 */
export function checkSettings(
  settings: AccountSettings,
  provider: Provider,
  rules: AddressRules,
): CheckedSettings {
  const faults = new FieldFaults()
  const checked = checkOwnSettings(settings, faults)
  const { baseUrl, anthropicBaseUrl } = settings
  if (baseUrl !== undefined)
    faults.check(() => (checked.baseUrl = inField('baseUrl', () => checkBaseUrl(baseUrl, provider, rules))))
  if (anthropicBaseUrl !== undefined)
    faults.check(() => (checked.anthropicBaseUrl = checkAnthropicBase(anthropicBaseUrl, provider, rules)))
  faults.check(() => Object.assign(checked, checkService(settings, provider)))
  faults.throwAny()
  return checked
}

/** Checks the settings that do not depend on the provider, and collects their faults. */
export function checkOwnSettings(settings: AccountSettings, faults: FieldFaults): CheckedSettings {
  const checked: CheckedSettings = {}
  const { label, groups, priority, weight, limits, quotaGroup, egressProxy, models } = settings
  const take = <Field extends keyof CheckedSettings>(field: Field, check: () => CheckedSettings[Field]) =>
    faults.check(() => (checked[field] = inField(field, check)))
  if (label !== undefined) take('label', () => (label === null ? null : checkLabel(label)))
  if (groups !== undefined)
    take('groups', () => unique(eachInField('groups', groups, (name) => checkName('group', name))))
  if (priority !== undefined) take('priority', () => checkPriority(priority))
  if (weight !== undefined) take('weight', () => checkWeight(weight))
  if (limits !== undefined) take('limits', () => checkLimits(limits))
  if (quotaGroup !== undefined)
    take('quotaGroup', () => (quotaGroup === null ? null : checkName('quota group', quotaGroup)))
  if (egressProxy !== undefined)
    take('egressProxy', () => (egressProxy === null ? null : egressListText(parseEgressList(egressProxy))))
  if (models !== undefined) take('models', () => checkModels(models))
  return checked
}

/**
 * The key as it is sent, without the trailing newline of files and pipes. Throws `invalid_value`, never quoting the
 * key.
 */
export function checkSecret(secret: string): string {
  return inField('key', () => checkKey(secret))
}

function checkKey(secret: string): string {
  const key = secret.replace(/\r?\n$/, '')
  if (key === '') throw new QwenctlError('invalid_value', 'the key is empty', { hint: KEY_FLAGS })
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new QwenctlError(
      'invalid_value',
      'the key contains spaces, line breaks or characters that no header carries',
      {
        hint: 'copy the key alone, without quotes or a name in front of it',
      },
    )
  }
  if (key.length > LONGEST_SECRET) {
    throw new QwenctlError('invalid_value', `the key is longer than ${LONGEST_SECRET} characters`, {
      hint: KEY_FLAGS,
    })
  }
  return key
}

/** Whether an account can do without a key: its provider needs none, or its user names the server. */
export function canLackKey(
  { baseUrl, withoutKey }: { baseUrl?: string | null | undefined; withoutKey?: boolean | undefined },
  provider: Provider,
): boolean {
  if (!provider.needsCredential) return true
  const url = baseUrl ?? provider.bases(null).openai
  return provider.keyIsOptional && (withoutKey === true || (url !== null && isLoopbackUrl(url)))
}

/** The error for a missing key. */
export function missingSecret(provider: Provider): QwenctlError {
  const page = provider.keysUrl === null ? '' : `; keys are at ${provider.keysUrl}`
  return new QwenctlError('missing_answer', `no key for ${provider.label}`, {
    hint: `${KEY_FLAGS}${page}${provider.keyIsOptional ? NO_KEY_FLAG : ''}`,
    details: { field: 'key' },
  })
}

/** Only a service that the user names has a second base: other providers know both of theirs. */
function checkAnthropicBase(text: string | null, provider: Provider, rules: AddressRules): string | null {
  if (text === null) return null
  return inField('anthropicBaseUrl', () => {
    if (!provider.needsBaseUrl || provider.kind === 'http')
      throw new QwenctlError('invalid_value', `${provider.label} has no second base URL`, {
        hint: 'an account of -p custom takes --base-url and --anthropic-base-url',
      })
    return checkBaseUrl(text, provider, rules)
  })
}

/** The stored form of a base URL, without a trailing slash. The id of an endpoint is replaced by its URL. */
export function checkBaseUrl(
  text: string | null,
  provider: Provider,
  { allowMetadata }: AddressRules,
): string | null {
  if (text === null) {
    if (!provider.needsBaseUrl) return null
    throw new QwenctlError('missing_answer', `an account at ${provider.label} needs its base URL`, {
      hint: 'add --base-url URL, for example --base-url https://api.example.com/v1',
    })
  }
  const named = provider.endpoints.find((endpoint) => endpoint.id === text)
  if (named !== undefined) return named.openai ?? named.anthropic
  const url = URL.parse(text.trim())
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw refusedUrl('is not a URL that begins with http:// or https://')
  if (url.username !== '' || url.password !== '') {
    throw refusedUrl('must not contain a user name or password')
  }
  if (/[?#]/.test(text)) throw refusedUrl('must not contain a query or fragment')
  if (!allowMetadata && isMetadataHost(url.hostname)) {
    throw new QwenctlError('invalid_value', 'the value of --base-url is an address of cloud metadata', {
      hint: 'no model answers there; if one does, set proxy.allowMetadata to true',
    })
  }
  return normalizeBaseUrl(url.href)
}

/** Whether a key would travel unencrypted, readable on the way. */
export function isPlainHttp(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl)
  return protocol === 'http:' && !isLoopback(hostname)
}

/** Does not quote the URL: people paste keys and passwords into them. */
function refusedUrl(what: string): QwenctlError {
  return new QwenctlError('invalid_value', `the value of --base-url ${what}`, {
    hint: 'for example --base-url https://api.example.com/v1',
  })
}

function checkPriority(priority: number): number {
  if (Number.isSafeInteger(priority)) return priority
  throw new QwenctlError('invalid_value', `the priority ${priority} is not a whole number`, {
    hint: 'give --priority a whole number; the smallest serves first',
  })
}

function checkWeight(weight: number): number {
  if (Number.isSafeInteger(weight) && weight >= 1) return weight
  throw new QwenctlError('invalid_value', `the weight ${weight} is not a whole number of at least 1`, {
    hint: 'give --weight 1 or more; accounts disable takes an account out of use',
  })
}

/** Limits in canonical form, one per metric and window; null: the provider's defaults; empty: no limit. */
function checkLimits(texts: string[]): string[] | null {
  const [only] = texts
  if (texts.length === 1 && only !== undefined && isNoLimit(only)) return []
  const limits = eachInField('limits', texts, parseLimit)
  const windows = limits.map(({ metric, window }) => `${metric} per ${window}`)
  const twice = windows.find((window, index) => windows.indexOf(window) !== index)
  if (twice !== undefined) {
    throw new QwenctlError('invalid_limit', `two limits are given for ${twice}`, { hint: 'give one of them' })
  }
  return limits.length === 0 ? null : limits.map(formatLimit)
}

function checkModels(models: string[] | null): string[] | null {
  if (models === null || models.length === 0) return null
  return unique(eachInField('models', models, checkModel))
}

function checkModel(model: string): string {
  if (/^\S+$/.test(model)) return model
  throw new QwenctlError('invalid_value', `"${model}" is not the name of a model`, {
    hint: 'qwenctl providers list shows models of each provider',
  })
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)]
}

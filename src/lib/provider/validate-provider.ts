// Checks the definitions of plugins: no compiler has checked their JavaScript. Every error names the field.

import { readMessage, QwenctlError } from '../base/errors.ts'
import { isRecord } from '../base/is-record.ts'
import { outcomeClasses } from '../quota/log/events.ts'
import { parseLimit } from '../quota/limit.ts'
import type { Provider } from './provider.ts'

/** The fault of a value, as the rest of a sentence (`must be a text`); null: the value is valid. */
type Check = (value: unknown) => string | null

/** The fields of a definition, and the check of each. */
const fields: Record<keyof Provider | 'baseUrl' | 'outcomes', Check> = {
  id: (value) =>
    typeof value === 'string' && /^[a-z][a-z0-9-]{0,39}$/.test(value)
      ? null
      : 'must be lower-case letters, digits and dashes, starting with a letter',
  label: checkText,
  kind: (value) => (value === 'model' || value === 'http' ? null : 'must be model or http'),
  keysUrl: orNull(checkUrl),
  keyVariables: checkList((value) =>
    typeof value === 'string' && /^[A-Z_][A-Z0-9_]*$/i.test(value) ? null : 'must be a name of a variable',
  ),
  keyPattern: orNull(checkPattern),
  needsCredential: checkBoolean,
  keyIsOptional: checkBoolean,
  reportsCost: checkBoolean,
  needsBaseUrl: checkBoolean,
  endpoints: checkList(checkEndpoint),
  defaultLimits: checkList(checkLimit),
  bases: checkFunction,
  authHeaders: checkFunction,
  outcome: checkFunction,
  counts: checkFunction,
  usage: checkFunction,
  rejectsStreamOptions: checkBoolean,
  routes: orNull(checkRoutes),
  hasRoute: checkFunction,
  limitHeaders: checkList((value) =>
    typeof value === 'string' && /^[a-z0-9-]+$/.test(value) ? null : 'must be a header name in lower case',
  ),
  limitsFrom: checkFunction,
  countsTogether: orNull(checkText),
  serves: checkFunction,
  models: checkList(checkText),
  check: orNull(checkKeyCheck),
  plan: orNull(checkPlan),
  device: orNull(checkDevice),
  simulated: checkBoolean,
  terms: orNull(checkText),
  baseUrl: checkUrl,
  outcomes: checkList(checkRow),
}

/** Throws `invalid_value` naming the first wrong or unknown field of a definition. */
export function checkDefinition(definition: unknown): void {
  if (!isRecord(definition)) throw wrong('provider definition', 'must be an object')
  const id = fields.id(definition.id)
  if (id !== null) throw wrong(`provider ${JSON.stringify(definition.id) ?? 'without id'}: id`, id)
  for (const [name, value] of Object.entries(definition)) {
    if (!Object.hasOwn(fields, name))
      throw wrong(`provider "${String(definition.id)}": ${name}`, 'is not a field')
    const problem = value === undefined ? null : fields[name as keyof typeof fields](value)
    if (problem !== null) throw wrong(`provider "${String(definition.id)}": ${name}`, problem)
  }
}

/** Throws `invalid_value` when the fields of a provider contradict each other. */
export function checkProvider(provider: Provider): void {
  const ids = provider.endpoints.map((endpoint) => endpoint.id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw wrong(`provider "${provider.id}": endpoints`, `has two rows "${twice}"`)
  if (provider.endpoints.length === 0 && !provider.needsBaseUrl) {
    throw wrong(
      `provider "${provider.id}": endpoints`,
      'is empty: give a baseUrl, endpoints, or needsBaseUrl',
    )
  }
}

function wrong(what: string, problem: string): QwenctlError {
  return new QwenctlError('invalid_value', `${what} ${problem}`, {
    hint: 'correct it where the plugin calls defineProvider',
  })
}

function checkText(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? null : 'must be a text'
}

function checkBoolean(value: unknown): string | null {
  return typeof value === 'boolean' ? null : 'must be true or false'
}

function checkFunction(value: unknown): string | null {
  return typeof value === 'function' ? null : 'must be a function'
}

function checkUrl(value: unknown): string | null {
  return urlProblem(value)
}

/** The fault of an address in a plugin; null: none. Never quotes the address: it may hold a password. */
export function urlProblem(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    return 'must be a URL that starts with http:// or https://'
  }
  const { username, password } = new URL(value)
  if (username !== '' || password !== '') return 'must not contain a user name or password'
  return value.endsWith('/') ? 'must not end in a slash' : null
}

/** A `g` or `y` pattern remembers where it stopped, so the same text would match only every other time. */
function checkPattern(value: unknown): string | null {
  if (!(value instanceof RegExp)) return 'must be a regular expression'
  return value.global || value.sticky ? 'must not have the flag g or y' : null
}

function checkLimit(value: unknown): string | null {
  try {
    parseLimit(String(value))
    return null
  } catch (error) {
    return readMessage(error)
  }
}

function checkRoutes(value: unknown): string | null {
  if (!isRecord(value)) return 'must be an object'
  for (const [route, has] of Object.entries(value)) {
    if (!/^[a-z0-9_-]+(\/[a-z0-9_-]+)*(\/\*)?$/.test(route)) return `has a wrong route "${route}"`
    if (typeof has !== 'boolean') return `has a wrong "${route}": must be true or false`
  }
  return null
}

function checkEndpoint(value: unknown): string | null {
  if (!isRecord(value)) return 'must be an object'
  const checks: Record<string, Check> = {
    id: checkText,
    label: optional(checkText),
    openai: optional(orNull(checkUrl)),
    anthropic: optional(orNull(checkUrl)),
    gemini: optional(orNull(checkUrl)),
    limits: optional(checkList(checkLimit)),
    terms: optional(checkText),
  }
  const problem = firstProblem(value, checks)
  if (problem !== null) return problem
  return value.openai || value.anthropic || value.gemini ? null : 'needs openai, anthropic or gemini'
}

function checkKeyCheck(value: unknown): string | null {
  if (!isRecord(value)) return 'must be an object'
  return firstProblem(value, {
    dialect: (dialect) =>
      dialect === 'openai' || dialect === 'anthropic' ? null : 'must be "openai" or "anthropic"',
    path: (path) => (typeof path === 'string' && path.startsWith('/') ? null : 'must start with a slash'),
    headers: optional((headers) =>
      isRecord(headers) && Object.values(headers).every((value) => typeof value === 'string')
        ? null
        : 'must be an object of texts',
    ),
  })
}

function checkPlan(value: unknown): string | null {
  const { isOfficial, url, read } = (value ?? {}) as Record<string, unknown>
  const isWhole = [isOfficial, url, read].every((part) => typeof part === 'function')
  return isWhole ? null : 'must be null, or have the functions isOfficial, url and read'
}

function checkDevice(value: unknown): string | null {
  if (!isRecord(value)) return 'must be an object'
  return firstProblem(value, {
    deviceEndpoint: checkUrl,
    tokenEndpoint: checkUrl,
    clientId: checkText,
    scope: orNull(checkText),
    pkce: checkBoolean,
    baseUrl: optional(checkFunction),
    isRefreshDead: optional(checkFunction),
    refusal: optional(checkText),
  })
}

function checkRow(value: unknown): string | null {
  if (!isRecord(value)) return 'must be an object'
  const checkMatcher: Check = (given) =>
    given instanceof RegExp
      ? checkPattern(given)
      : typeof given === 'string' || (Array.isArray(given) && given.every((one) => typeof one === 'string'))
        ? null
        : 'must be a text, a list of texts or a regular expression'
  return firstProblem(value, {
    status: optional((given) =>
      typeof given === 'function' || [given].flat().every((one) => Number.isInteger(one))
        ? null
        : 'must be a number, a list of numbers or a function',
    ),
    code: optional(checkMatcher),
    type: optional(checkMatcher),
    message: optional(checkPattern),
    words: optional(checkPattern),
    when: optional(checkFunction),
    class: (given) =>
      (outcomeClasses as readonly unknown[]).includes(given)
        ? null
        : `must be one of ${outcomeClasses.join(', ')}`,
    scope: optional((given) =>
      given === 'account' || given === 'key' || given === 'model' ? null : 'must be account, key or model',
    ),
    until: optional(checkFunction),
    about: optional(checkText),
    // Further fields of the built-in tables; plugins may set them too.
    id: optional(checkText),
    source: optional(checkText),
    isOwn: optional((given) => (given === 'first' || given === 'later' ? null : 'must be first or later')),
    isWeak: optional(checkBoolean),
    examples: optional((given) => (Array.isArray(given) ? null : 'must be a list')),
  })
}

function firstProblem(value: Record<string, unknown>, checks: Record<string, Check>): string | null {
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(checks, name)) return `has an unknown field "${name}"`
  }
  for (const [name, check] of Object.entries(checks)) {
    const problem = check(value[name])
    if (problem !== null) return `has a wrong "${name}": ${problem}`
  }
  return null
}

function optional(check: Check): Check {
  return (value) => (value === undefined ? null : check(value))
}

function orNull(check: Check): Check {
  return (value) => (value === null ? null : check(value))
}

function checkList(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return 'must be a list'
    for (const [index, item] of value.entries()) {
      const problem = check(item)
      if (problem !== null) return `row ${index + 1} ${problem}`
    }
    return null
  }
}

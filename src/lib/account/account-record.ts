// The checks that parsed data passes before the program may call it an `Account`. People edit the file by hand, so
// an error names the field; unknown fields stay.

import { isRecord } from '../base/is-record.ts'
import type { Account } from './account.ts'
import { labelProblem } from './label.ts'
import { nameProblem } from './name.ts'

type Check = (value: unknown) => string | null

const isText: Check = (value) => (typeof value === 'string' && value !== '' ? null : 'must be a text')
const isName: Check = (value) => (typeof value === 'string' ? nameProblem(value) : 'must be a text')
const isBoolean: Check = (value) => (typeof value === 'boolean' ? null : 'must be true or false')
const isInteger: Check = (value) => (Number.isSafeInteger(value) ? null : 'must be a whole number')
const isWeight: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 1 ? null : 'must be a number of at least 1'
const isTime: Check = (value) =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value))
    ? null
    : 'must be a time such as 2026-11-22T00:00:00.000Z'
const isId: Check = (value) =>
  typeof value === 'string' && /^acc_[A-Za-z0-9_-]+$/.test(value)
    ? null
    : 'must be an id that begins with acc_'
const isProviderId: Check = (value) =>
  typeof value === 'string' && /^[a-z0-9][a-z0-9._-]{0,63}$/.test(value)
    ? null
    : 'must be the id of a provider'

function orNull(check: Check): Check {
  return (value) => (value === null ? null : check(value))
}

function checkList(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return 'must be a list'
    for (const entry of value) {
      const problem = check(entry)
      if (problem !== null) return `has an entry that ${problem}`
    }
    return null
  }
}

/** The fields are listed once: a list for each of hundreds of accounts takes longer than the checks themselves. */
function shape(fields: Record<string, Check>): Check {
  const names = Object.keys(fields)
  const checks = Object.values(fields)
  return (value) => {
    if (!isRecord(value)) return 'must be an object'
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index]!
      const problem = checks[index]!(value[name])
      if (problem !== null) return `${name} ${problem}`
    }
    return null
  }
}

const sealed = {
  sealed: isText,
  hint: (value: unknown) => (typeof value === 'string' ? null : 'must be a text'),
}
const credentials: Record<Account['credential']['type'], Check> = {
  'api-key': shape(sealed),
  oauth: shape({ ...sealed, expiresAt: orNull(isTime) }),
  none: (value) => {
    const { lost } = value as { lost?: unknown }
    return lost === undefined || lost === 'api-key' || lost === 'oauth'
      ? null
      : 'lost must be api-key or oauth'
  },
}

function isCredential(value: unknown): string | null {
  const type = isRecord(value) ? value['type'] : undefined
  if (typeof type !== 'string' || !Object.hasOwn(credentials, type))
    return 'must have a type: api-key, oauth or none'
  return credentials[type as keyof typeof credentials](value)
}

const isLabel: Check = (value) => {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? labelProblem(value) : 'must be a text'
}

function orMissing(check: Check): Check {
  return (value) => (value === undefined || value === null ? null : check(value))
}

const fields: Record<keyof Account, Check> = {
  id: isId,
  user: isName,
  provider: isProviderId,
  name: isName,
  label: isLabel,
  groups: checkList(isName),
  priority: isInteger,
  weight: isWeight,
  enabled: isBoolean,
  credential: isCredential,
  limits: orNull(checkList(isText)),
  baseUrl: orNull(isText),
  anthropicBaseUrl: orMissing(isText),
  service: orMissing(isName),
  authHeader: orMissing(isText),
  quotaGroup: orNull(isName),
  egressProxy: orNull(shape({ sealed: isText, shown: isText })),
  models: orNull(checkList(isText)),
  createdAt: isTime,
  updatedAt: isTime,
}
const isAccount = shape(fields)

/** The fault of a record that should be an account, such as `priority must be a whole number`; null: none. */
export function accountRecordProblem(record: unknown): string | null {
  return isAccount(record)
}

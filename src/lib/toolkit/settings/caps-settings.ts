import { QwenctlError } from '../../base/errors.ts'
import type { Caps } from '../../rotation/caps.ts'
import { readCaps } from '../../rotation/caps.ts'

/** The section of config.yaml that holds the caps. */
export const CAPS = 'caps'

const descriptions = {
  concurrency: 'requests in flight at most, over all accounts',
  perAccountConcurrency: 'requests in flight at most, of each account',
  rate: 'limits over all accounts together',
}
const ofOneAccount = /^accounts\.(.+)\.concurrency$/

/** The configured caps, in the form of listed settings. */
export function listCaps({
  accounts,
  ...caps
}: Caps): { key: string; value: unknown; description: string }[] {
  const rows = Object.entries(descriptions).map(([name, description]) => ({
    key: `${CAPS}.${name}`,
    value: caps[name as keyof typeof descriptions],
    description,
  }))
  const own = [...accounts].map(([reference, value]) => ({
    key: readAccountCapKey(reference),
    value,
    description: 'requests in flight at most, of this account',
  }))
  return [...rows.filter(({ value }) => value !== null && !isEmpty(value)), ...own]
}

/** The key of the cap of one account. */
export function readAccountCapKey(reference: string): string {
  return `${CAPS}.accounts.${reference}.concurrency`
}

/** The value of a key below `caps`; null: it is not set. */
export function readCap(caps: Caps, key: string): unknown {
  return listCaps(caps).find((row) => row.key === key)?.value ?? null
}

/** The path of a key below `caps` in the file. Throws `invalid_value` for an unknown key. */
export function capPath(key: string): string[] {
  const name = key.slice(CAPS.length + 1)
  if (Object.hasOwn(descriptions, name)) return [CAPS, name]
  const reference = ofOneAccount.exec(name)?.[1]
  if (reference !== undefined) return [CAPS, 'accounts', reference, 'concurrency']
  throw new QwenctlError('invalid_value', `there is no setting "${key}"`, {
    hint: `${Object.keys(descriptions)
      .map((known) => `${CAPS}.${known}`)
      .join(', ')} or ${CAPS}.accounts.ACCOUNT.concurrency`,
  })
}

/** Parses a cap from text; undefined removes it. Throws `invalid_value`. */
export function parseCap(key: string, text: string): unknown {
  const [, ...path] = capPath(key)
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (parts.length === 0) return undefined
  const value = path[0] === 'rate' ? parts : text.trim()
  const section = path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value)
  const [row] = listCaps(readCaps(section, CAPS))
  return row?.value
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

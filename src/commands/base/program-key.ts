import { randomBytes } from 'node:crypto'
import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import { findDefaultUser } from '../../lib/toolkit/settings/default-user.ts'
import type { Toolkit } from '../../lib/toolkit/toolkit.ts'

/** Flags that limit the accounts of a program, shared by `exec` and `env`. */
export const programFlags = {
  account: Flags.string({ description: 'only this account serves it', helpValue: 'ACCOUNT' }),
  provider: Flags.string({
    char: 'p',
    description: 'only accounts at this provider serve it',
    helpValue: 'PROVIDER',
  }),
  group: Flags.string({
    char: 'g',
    description: 'only accounts of this group serve it',
    helpValue: 'GROUP',
  }),
}

export interface ProgramWish {
  account?: string | undefined
  provider?: string | undefined
  group?: string | undefined
  user?: string | undefined
}

/** The proxy that programs use: the one started last. Throws `proxy_not_running`. */
export function proxyUrl(toolkit: Toolkit): string {
  const proxy = toolkit.proxies.list().at(-1)
  if (proxy !== undefined) return proxy.url
  throw new QwenctlError('proxy_not_running', 'no proxy is running over these accounts', {
    hint: 'start one: qwenctl proxy start --detach',
  })
}

/** The models that the proxy lists for a key; none if it does not answer. */
export async function listProgramModels(url: string, secret: string): Promise<string[]> {
  try {
    const headers = { authorization: `Bearer ${secret}` }
    const answer = await fetch(`${url}/v1/models`, { headers, signal: AbortSignal.timeout(10_000) })
    const { data } = (await answer.json()) as { data?: { id: string }[] }
    return (data ?? []).map(({ id }) => id)
  } catch {
    return []
  }
}

/** A temporary key for one program. */
export async function findProgramKey(
  toolkit: Toolkit,
  wish: ProgramWish,
  expires: string,
): Promise<{ name: string; secret: string }> {
  const user = wish.user ?? (await findDefaultUser(toolkit.settings))
  const accounts =
    wish.account === undefined ? await accountsAt(toolkit, wish.provider, user) : [wish.account]
  const name = `program-${randomBytes(4).toString('hex')}`
  const groups = wish.group === undefined ? [] : [wish.group]
  const { secret } = await toolkit.keys.create({ name, user, accounts, groups, expires, isTemporary: true })
  return { name, secret }
}

async function accountsAt(toolkit: Toolkit, provider: string | undefined, user: string): Promise<string[]> {
  if (provider === undefined) return []
  const accounts = await toolkit.accounts.list({ provider, user })
  if (accounts.length > 0) return accounts.map(({ id }) => id)
  throw new QwenctlError('account_not_found', `${user} has no account at ${provider}`)
}

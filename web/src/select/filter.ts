import type { AccountStatus, AccountView } from '../api/types.ts'
import { isPartlyReady, statuses } from '../format/words.ts'
import { tightest, usedShare } from './limits.ts'

export interface AccountFilter {
  search: string
  status: AccountStatus | ''
  provider: string
  group: string
  user: string
}

export const noFilter: AccountFilter = { search: '', status: '', provider: '', group: '', user: '' }

export type SortKey = 'name' | 'status' | 'used' | 'left' | 'requests' | 'tokens' | 'failed' | 'lastUsed'

export interface Sort {
  key: SortKey
  isDescending: boolean
}

/** Accounts that match the filter. Every word of the search must occur. */
export function filtered(accounts: AccountView[], filter: AccountFilter): AccountView[] {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean)
  return accounts.filter(
    (account) =>
      (filter.status === '' || account.status === filter.status) &&
      (filter.provider === '' || account.provider === filter.provider) &&
      (filter.group === '' || account.groups.includes(filter.group)) &&
      (filter.user === '' || account.user === filter.user) &&
      words.every((word) => joinText(account).includes(word)),
  )
}

function joinText({ id, user, provider, name, label, groups, auth }: AccountView): string {
  return [id, user, `${provider}/${name}`, label ?? '', ...groups, auth.hint ?? ''].join(' ').toLowerCase()
}

const measures: Record<Exclude<SortKey, 'name'>, (account: AccountView) => number | null> = {
  // An account with models in cooldown comes after fully ready ones.
  status: (account) => (isPartlyReady(account) ? 0.5 : statuses.indexOf(account.status)),
  used: (account) => {
    const limit = tightest(account)
    return limit === null ? null : usedShare(limit)
  },
  left: ({ remaining, remainingMinute }) => remaining ?? remainingMinute,
  requests: ({ today }) => today.requests,
  tokens: ({ today }) => today.inputTokens + today.outputTokens,
  failed: ({ today }) => today.failed,
  lastUsed: ({ lastUsedAt }) => (lastUsedAt === null ? null : Date.parse(lastUsedAt)),
}

/** Sorted; unknown values come last in both directions, and names decide between equal ones. */
export function sorted(accounts: AccountView[], { key, isDescending }: Sort): AccountView[] {
  const sign = isDescending ? -1 : 1
  if (key === 'name') return [...accounts].sort((a, b) => sign * byName(a, b))
  const measure = measures[key]
  const measured = accounts.map((account) => ({ account, value: measure(account) }))
  measured.sort((a, b) => {
    if (a.value === null || b.value === null) {
      if (a.value === b.value) return byName(a.account, b.account)
      return a.value === null ? 1 : -1
    }
    return sign * (a.value - b.value) || byName(a.account, b.account)
  })
  return measured.map(({ account }) => account)
}

function byName(a: AccountView, b: AccountView): number {
  return textKey(a).localeCompare(textKey(b), 'en', { numeric: true })
}

function textKey({ user, provider, name }: AccountView): string {
  return `${provider}/${name} ${user}`
}

export interface Choices {
  providers: string[]
  groups: string[]
  users: string[]
}

/** The options of the filters. */
export function listChoices(accounts: AccountView[]): Choices {
  return {
    providers: distinct(accounts.map(({ provider }) => provider)),
    groups: distinct(accounts.flatMap(({ groups }) => groups)),
    users: distinct(accounts.map(({ user }) => user)),
  }
}

function distinct(words: string[]): string[] {
  return [...new Set(words)].sort()
}

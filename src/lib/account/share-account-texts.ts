import { SharedTexts } from '../base/text/shared-texts.ts'
import type { Account } from './account.ts'

/** Lets equal values of parsed accounts share their memory: an account then takes half of it. */
export function shareAccountTexts(accounts: readonly Account[]): void {
  const texts = new SharedTexts()
  const lists = new Map<string, string[]>()
  const shareList = (list: string[]): string[] => {
    const key = JSON.stringify(list)
    const known = lists.get(key)
    if (known !== undefined) return known
    lists.set(key, list)
    return list
  }
  for (const account of accounts) {
    account.user = texts.share(account.user)
    account.provider = texts.share(account.provider)
    account.createdAt = texts.share(account.createdAt)
    account.updatedAt = texts.share(account.updatedAt)
    account.groups = shareList(account.groups)
    if (account.limits !== null) account.limits = shareList(account.limits)
    if (account.models !== null) account.models = shareList(account.models)
    if (account.baseUrl !== null) account.baseUrl = texts.share(account.baseUrl)
    if (account.quotaGroup !== null) account.quotaGroup = texts.share(account.quotaGroup)
  }
}

import type { Account } from '../account/account.ts'

/** How an account stands whose plugin is gone, in words. */
export function formatMissingProvider(provider: string): string {
  return `no plugin brings the provider "${provider}"`
}

/** What to type about it. */
export function missingProviderFix({ provider, name }: Pick<Account, 'provider' | 'name'>): string {
  return `qwenctl plugins install PLUGIN installs it again; qwenctl auth remove ${provider}/${name} archives the account`
}

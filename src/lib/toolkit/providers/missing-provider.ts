import type { Account } from '../../account/account.ts'

/** Describes the state of an account with a missing plugin. */
export function formatMissingProvider(provider: string): string {
  return `no plugin brings the provider "${provider}"`
}

/** The command that solves the problem. */
export function missingProviderFix({ provider, name }: Pick<Account, 'provider' | 'name'>): string {
  return `qwenctl plugins install PLUGIN installs it again; qwenctl auth remove ${provider}/${name} archives the account`
}

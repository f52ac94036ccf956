import { outcomeWords } from '../../../src/lib/observe/outcome-words.ts'
import type { AccountStatus, AccountView, ForecastView, LimitView } from '../api/types.ts'
import { clock } from './times.ts'

export const statusWords: Record<AccountStatus, string> = {
  ready: 'Ready',
  cooling: 'Cooling',
  exhausted: 'Exhausted',
  disabled: 'Disabled',
  'needs-login': 'Needs login',
  'key-refused': 'Key refused',
  'no-key': 'Key missing',
  'no-credit': 'No credit',
  expired: 'Expired',
  unreachable: 'Unreachable',
  'no-provider': 'No provider',
  'plugin-failed': 'Plugin failed',
}

type Status = Pick<AccountView, 'status' | 'restingModels'>

/** Whether an account serves, but not every model. */
export function isPartlyReady({ status, restingModels }: Status): boolean {
  return status === 'ready' && restingModels.length > 0
}

/** `Ready`, `Exhausted`, `Ready, 5 models in cooldown`. */
export function formatStatus(account: Status): string {
  const resting = account.restingModels.length
  if (!isPartlyReady(account)) return statusWords[account.status]
  return `Ready, ${resting === 1 ? '1 model in cooldown' : `${resting} models in cooldown`}`
}

/** From best to worst: the order of lists and filters. */
export const statuses = Object.keys(statusWords) as AccountStatus[]

/** The outcome of an attempt in words. A class that this page does not know is shown unchanged. */
export function outcome(name: string): string {
  return (outcomeWords as Record<string, string>)[name] ?? name
}

/** `requests / day`, `tokens / minute`, with the model that it applies to. */
export function limitName({ metric, window, model }: LimitView): string {
  return `${metric} / ${window}${model === null ? '' : ` · ${model}`}`
}

/** The short form: `per day`, `tokens per minute`. */
export function limitShort({ metric, window, model }: LimitView): string {
  return `${metric === 'requests' ? '' : `${metric} `}per ${window}${model === null ? '' : ` · ${model}`}`
}

/** As typed: `2000/day`. */
export function limitText({ max, metric, window }: Pick<LimitView, 'max' | 'metric' | 'window'>): string {
  return `${max}${metric === 'requests' ? '' : metric}/${window}`
}

/** `runs out at 16:40 at this pace`; null if that is not expected. */
export function formatForecast(forecast: ForecastView | null, now: number): string | null {
  if (forecast === null || forecast.exhaustsAt === null) return null
  return `runs out at ${clock(forecast.exhaustsAt, now)} at this pace`
}

/** The user that account names leave out. */
const DEFAULT_USER = 'local'

/** The prefix for the user in an account's name: `alice:`, or nothing. */
export function userPrefix({ user }: Pick<AccountView, 'user'>): string {
  return user === DEFAULT_USER ? '' : `${user}:`
}

type Named = Pick<AccountView, 'user' | 'provider' | 'name'> & { label?: string | null }

/** `qwen/work`, `alice:qwen/work`, `qwen/pro-1 (Pro Account 1)`. */
export function accountName(account: Named): string {
  const { provider, name, label } = account
  const shown = label == null || label === name ? '' : ` (${label})`
  return `${userPrefix(account)}${provider}/${name}${shown}`
}

import type { Toolkit } from '../toolkit.ts'
import type { PlanRow } from './plan.ts'

/** A setting for all accounts of a master list. */
export interface SettingPlan {
  /** `present`: the home has a value of its own, which stays. */
  action: 'add' | 'present'
  key: string
  value: number
  /** Null: added. */
  reason: string | null
}

/** The limits over all accounts of a list become settings of jobs. */
export async function planSettings(
  { settings }: Pick<Toolkit, 'settings'>,
  rows: readonly PlanRow[],
): Promise<SettingPlan[]> {
  const limits = rows.find(({ finding }) => finding.listLimits !== null)?.finding.listLimits
  if (limits == null) return []
  const wanted = { 'jobs.maxConcurrent': limits.maxConcurrent, 'jobs.maxPerHour': limits.maxPerHour }
  const present = new Map((await settings.list()).map((setting) => [setting.key, setting]))
  return Object.entries(wanted).flatMap(([key, value]): SettingPlan[] => {
    if (value === null) return []
    const own = present.get(key)
    if (own === undefined || own.origin === 'default') return [{ action: 'add', key, value, reason: null }]
    const reason = `it is ${String(own.value)} here: qwenctl config set ${key} ${value}`
    return own.value === value ? [] : [{ action: 'present', key, value, reason }]
  })
}

export async function applySettings(
  { settings }: Pick<Toolkit, 'settings'>,
  plans: readonly SettingPlan[],
): Promise<void> {
  for (const { action, key, value } of plans) if (action === 'add') await settings.set(key, String(value))
}

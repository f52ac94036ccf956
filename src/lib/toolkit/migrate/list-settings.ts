import { settingsTable } from '../settings/settings-table.ts'
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

/** The limits over all accounts of a list become settings of jobs; of several lists, the smallest counts. */
export async function planSettings(
  { settings }: Pick<Toolkit, 'settings'>,
  rows: readonly PlanRow[],
): Promise<SettingPlan[]> {
  const limits = rows.map(({ finding }) => finding.listLimits).filter((each) => each !== null)
  const wanted = {
    'jobs.maxConcurrent': findSmallest(limits.map(({ maxConcurrent }) => maxConcurrent)),
    'jobs.maxPerHour': findSmallest(limits.map(({ maxPerHour }) => maxPerHour)),
  }
  const present = new Map((await settings.list()).map((setting) => [setting.key, setting]))
  return Object.entries(wanted).flatMap(([key, written]): SettingPlan[] => {
    if (written === null) return []
    // A larger value means the same here: no run has to wait.
    const value = Math.min(written, readLargest(key))
    const own = present.get(key)
    if (own === undefined || own.origin === 'default') return [{ action: 'add', key, value, reason: null }]
    const reason = `it is ${String(own.value)} here: qwenctl config set ${key} ${value}`
    return own.value === value ? [] : [{ action: 'present', key, value, reason }]
  })
}

function findSmallest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.min(...known)
}

/** The largest value that the setting takes. */
function readLargest(key: string): number {
  const type = settingsTable.find((row) => row.key === key)?.type
  return type?.kind === 'whole' ? type.max : Infinity
}

export async function applySettings(
  { settings }: Pick<Toolkit, 'settings'>,
  plans: readonly SettingPlan[],
): Promise<void> {
  for (const { action, key, value } of plans) if (action === 'add') await settings.set(key, String(value))
}

import type { Account } from '../account/account.ts'
import type { Observer, Wanted } from '../observe/observer.ts'
import { openObserver } from '../observe/observer.ts'
import type { Note } from '../observe/request-event.ts'
import type { CoolNotice } from '../rotation/cooldowns/cooling.ts'
import type { Toolkit } from '../toolkit/toolkit.ts'
import { ownVersion } from '../toolkit/own-version.ts'

/** The settings of logs, metrics and traces. */
export interface ObserveSettings extends Wanted {
  /** Configures traces (`OTEL_*`). */
  env: NodeJS.ProcessEnv
}

export const NOTHING: ObserveSettings = { level: 'off', maxLogBytes: 0, countsMetrics: false, env: {} }

/**
 * Opens the observer of everything that a proxy of this home does. `onTrouble` receives problems of observing
 * itself.
 */
export function openProxyObserver(
  { logsFolder }: Toolkit['home'],
  wanted: ObserveSettings = NOTHING,
  onTrouble: (message: string) => void,
): Promise<Observer> {
  return openObserver({ ...wanted, logsFolder, clock: Date.now, version: ownVersion(), onTrouble })
}

/** A cooldown in the form of logs. */
export function cooldownNote(
  { subject, model, until, reason, evidence }: CoolNotice,
  account: Account,
): Note {
  return {
    kind: 'cooldown',
    account,
    subject,
    model: model ?? null,
    until,
    reason,
    evidence: evidence ?? null,
  }
}

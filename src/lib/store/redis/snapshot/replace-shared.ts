import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { QwenctlError } from '../../../base/errors.ts'
import type { Snapshot } from '../../documents/snapshot-content.ts'
import type { Home } from '../../home.ts'
import { importSnapshot, readSharedSnapshot, refuseWhileCounting } from './shared-snapshot.ts'
import type { SharedStore } from '../shared-store.ts'

export interface SharedReplacement {
  /** The text of the accounts document. */
  accounts: string
  snapshot: Snapshot
  stamp: string
  /** The vault of this machine does not open. */
  hasNewVault: boolean
}

/**
 * Replaces the content of a shared store in one step. The settings of this machine stay. Resolves to a folder on this
 * machine that keeps the previous content. Throws `failed` while a process counts on the store.
 */
export async function replaceShared(
  store: SharedStore,
  home: Home,
  { accounts, snapshot, stamp, hasNewVault }: SharedReplacement,
): Promise<string> {
  if (hasNewVault)
    throw new QwenctlError(
      'vault_locked',
      'the vault of this machine does not open; the store was not changed',
    )
  await refuseWhileCounting(store)
  const folder = join(home.dataFolder, `before-restore-${stamp}`)
  const before = await readSharedSnapshot(store)
  before.set('accounts.json', Buffer.from((await store.document('accounts').read()).text ?? ''))
  for (const [name, content] of before) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, content, { mode: 0o600 })
  }
  await importSnapshot(store, accounts, snapshot, { isNew: false })
  return folder
}

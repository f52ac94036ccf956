import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatTime } from '../../base/iso-time.ts'
import { QwenctlError } from '../../base/errors.ts'
import { openAccountsDocument } from '../../store/documents/accounts-document.ts'
import { writeConfigValue } from '../../store/documents/config-file.ts'
import { readIfThere, takeSnapshot } from '../../store/documents/snapshot.ts'
import type { Home } from '../../store/home.ts'
import { readStoreVariables } from '../../store/home.ts'
import { parseRedisUrl } from '../../store/redis/link/redis-url.ts'
import { SharedStore } from '../../store/redis/shared-store.ts'
import {
  clearStore,
  importSnapshot,
  readSharedSnapshot,
  refuseWhileCounting,
} from '../../store/redis/snapshot/shared-snapshot.ts'
import { closeStore, openStore } from '../../store/redis/open-store.ts'
import { DEFAULT_PREFIX } from '../../store/redis/store-place.ts'
import { replaceHome } from '../../store/replace-home.ts'
import type { Vault } from '../../store/vault/vault.ts'
import { openVaultDocument } from '../../store/vault/passphrase.ts'
import { refuseWhileRunning } from '../settings/vault-storage.ts'

export interface MoveParts {
  home: Home
  running: () => string[]
  vault: () => Promise<Vault>
  prefix: string
  /** Epoch milliseconds. */
  clock: () => number
}

export interface MovedStore {
  from: string
  to: string
  accounts: number
  /** The folder that keeps the previous files. */
  kept: string
}

/** Moves the store of this home to a URL, or back to `files`: all or nothing. Throws `failed` while a proxy runs. */
export async function moveStore(parts: MoveParts, to: string): Promise<MovedStore> {
  refuseWhileRunning(parts.running)
  refuseVariable(parts.home)
  const store = await openStore(parts.home)
  if (to === 'files') {
    if (store === null) throw new QwenctlError('failed', 'the store of this home is its files already')
    return moveToFiles(parts, store)
  }
  parseRedisUrl(to)
  if (store !== null)
    throw new QwenctlError('failed', `the store of this home is ${store.link.shown} already`, {
      hint: 'qwenctl store move files, then move it from there',
    })
  return moveToRedis(parts, to)
}

/** A variable would override the setting that the move writes. */
function refuseVariable(home: Home): void {
  if ((readStoreVariables(home).QWENCTL_STORE_URL ?? '') === '') return
  throw new QwenctlError('invalid_usage', 'QWENCTL_STORE_URL is set, and overrides what a move would set', {
    hint: 'unset QWENCTL_STORE_URL, and type the command again; the move sets store.url in config.yaml',
  })
}

async function moveToRedis({ home, vault, prefix, clock }: MoveParts, url: string): Promise<MovedStore> {
  const target = new SharedStore({ url, prefix, ack: 'primary' })
  try {
    const data = await openAccountsDocument(home).read()
    const snapshot = await takeSnapshot(home)
    await importSnapshot(target, JSON.stringify(data), snapshot, { isNew: true })
    try {
      if (data.accounts.length + data.archived.length > 0) await shareKey(home, target, await vault())
      const config = await changedConfig(home, {
        url,
        prefix: prefix === DEFAULT_PREFIX ? undefined : prefix,
      })
      const kept = new Map([...snapshot].filter(([name]) => name.startsWith('accounts/')))
      kept.set('config.yaml', config)
      const folder = await replaceHome(home, EMPTY_ACCOUNTS, kept, { stamp: formatStamp(clock), vault: [] })
      return { from: 'files', to: target.link.shown, accounts: data.accounts.length, kept: folder }
    } catch (error) {
      await clearStore(target).catch(() => undefined)
      throw error
    }
  } finally {
    target.close()
  }
}

const EMPTY_ACCOUNTS = `${JSON.stringify({ version: 1, defaultAccount: null, accounts: [], archived: [] }, null, 2)}\n`

async function shareKey(home: Home, target: SharedStore, vault: Vault): Promise<void> {
  const { passphrase } = await openVaultDocument(home).read()
  const record = vault.kind === 'passphrase' && passphrase !== null ? JSON.stringify(passphrase) : null
  await target.agreeOnKey(vault.keyId, record)
}

async function moveToFiles({ home, clock }: MoveParts, store: SharedStore): Promise<MovedStore> {
  await refuseWhileCounting(store)
  const data = await openAccountsDocument(home).read()
  const snapshot = await takeSnapshot(home)
  for (const [name, content] of await readSharedSnapshot(store)) snapshot.set(name, content)
  snapshot.set('config.yaml', await changedConfig(home, { url: undefined, prefix: undefined }))
  const accounts = `${JSON.stringify(data, null, 2)}\n`
  const folder = await replaceHome(home, accounts, snapshot, {
    stamp: formatStamp(clock),
    vault: [],
    isFiles: true,
  })
  const moved = { from: store.link.shown, to: 'files', accounts: data.accounts.length, kept: folder }
  await clearStore(store) // a machine that still uses this store can then grant nothing
  await closeStore(home)
  return moved
}

/** The text of config.yaml after the change; the file itself stays as it is. */
async function changedConfig(home: Home, values: { url?: string; prefix?: string }): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'qwenctl-config-'))
  const copy = join(folder, 'config.yaml')
  try {
    writeFileSync(copy, readIfThere(home.configFile) ?? '', { mode: 0o600 })
    for (const [name, value] of Object.entries(values)) await writeConfigValue(copy, ['store', name], value)
    return readFileSync(copy)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function formatStamp(clock: () => number): string {
  return formatTime(clock()).replaceAll(/[-:]|\.\d+/g, '')
}

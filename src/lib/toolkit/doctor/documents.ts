import { existsSync } from 'node:fs'
import { isQwenctlError, readMessage } from '../../base/errors.ts'
import { openAccountsDocument } from '../../store/documents/accounts-document.ts'
import { readCheckpoint } from '../../store/ledger/files/checkpoint-file.ts'
import { restoreJournal } from '../../store/home.ts'
import { openVaultDocument } from '../../store/vault/passphrase.ts'
import { openJobsDocument } from '../../store/documents/jobs-document.ts'
import { openKeysDocument } from '../../store/documents/keys-document.ts'
import { openTemplatesDocument } from '../../store/documents/templates-document.ts'
import type { Check } from './check.ts'
import { check } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'

export async function checkDocuments({ home, settings }: DoctorParts): Promise<Check[]> {
  return [
    await readable('accounts', 'accounts.json', home.accountsFile, async () => {
      const { accounts, archived } = await openAccountsDocument(home).read()
      return `${accounts.length} in use, ${archived.length} archived`
    }),
    await readable('settings', 'config.yaml', home.configFile, async () => {
      const set = (await settings.list()).filter(({ origin }) => origin === 'file')
      return `${set.length} set in it`
    }),
    await unknownSettings(settings),
    await readable('vault-file', 'vault.json', home.vaultFile, async () => {
      await openVaultDocument(home).read()
      return 'readable'
    }),
    await readable('templates', 'templates.json', home.templatesFile, async () => {
      return `${(await openTemplatesDocument(home).read()).templates.length} stored`
    }),
    await readable('keys', 'keys.json', home.keysFile, async () => {
      return `${(await openKeysDocument(home).read()).keys.length} stored`
    }),
    await readable('jobs', 'jobs.json', home.jobsFile, async () => {
      return `${(await openJobsDocument(home).read()).jobs.length} stored`
    }),
    checkpoint(home.countersFile),
    interruptedRestore(restoreJournal(home)),
  ].filter((one) => one !== null)
}

/** Null: there are none, or the file is unreadable, which another check reports. */
async function unknownSettings(settings: DoctorParts['settings']): Promise<Check | null> {
  const found = await settings.unknown().catch(() => [])
  if (found.length === 0) return null
  const fix = `correct ${settings.path}; qwenctl config list shows all settings`
  return check('unknown-settings', 'settings', { status: 'warn', detail: found.join('. '), fix })
}

async function readable(
  id: string,
  name: string,
  path: string,
  read: () => Promise<string>,
): Promise<Check | null> {
  try {
    const detail = await read()
    return existsSync(path) ? check(id, name, { status: 'ok', detail }) : null
  } catch (error) {
    const fix = isQwenctlError(error) ? error.hint : null
    return check(id, name, { status: 'fail', detail: readMessage(error), fix })
  }
}

/** Counts can always be read from the ledger, so a damaged checkpoint only costs time. */
function checkpoint(path: string): Check | null {
  try {
    const found = readCheckpoint(path)
    if (found === null) return null
    if (found !== 'damaged')
      return check('checkpoint', 'counters.json', { status: 'ok', detail: `up to ${found.position.day}` })
    const detail = `${path} is damaged; the next command that counts makes a new one from the ledger`
    return check('checkpoint', 'counters.json', { status: 'warn', detail })
  } catch (error) {
    return check('checkpoint', 'counters.json', {
      status: 'fail',
      detail: readMessage(error),
      fix: 'upgrade qwenctl',
    })
  }
}

function interruptedRestore(journal: string): Check | null {
  if (!existsSync(journal)) return null
  const detail = 'a restore is under way, or was interrupted'
  return check('restore', 'restore', {
    status: 'fail',
    detail,
    fix: 'qwenctl quota show takes back one that was interrupted',
  })
}

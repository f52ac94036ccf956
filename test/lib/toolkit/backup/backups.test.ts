import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stateToJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { History } from '../../../../src/lib/quota/history/history.ts'
import { bucketAt } from '../../../../src/lib/quota/history/history.ts'
import { accountFolder } from '../../../../src/lib/store/account-folder.ts'
import { writeCheckpoint } from '../../../../src/lib/store/ledger/files/checkpoint-file.ts'
import { historyPath, keepHistoryDay } from '../../../../src/lib/store/history/history-day.ts'
import { restoreJournal } from '../../../../src/lib/store/home.ts'
import { readLedger } from '../../../../src/lib/store/ledger/open-ledger.ts'
import type { RestorePlan } from '../../../../src/lib/toolkit/backup/backup-views.ts'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { KEY, acme, filesBelow, givenToolkit } from '../temporary-home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const WORDS = 'some words to remember'
const PROXY = 'http://me:secret-word@proxy.example.com:8080'
const options = { providers: [acme()], scryptCost: 2 ** 10 }

/** A home with two accounts, an archived one, settings, an account's own file, counts and a cooldown. */
async function givenFullHome(): Promise<{ toolkit: Toolkit; home: string; file: string }> {
  const home = temporaryFolder()
  const toolkit = await givenToolkit({ ...options, home })
  const { accounts } = toolkit
  const work = await accounts.add({
    provider: 'acme',
    name: 'work',
    secret: KEY,
    limits: ['9/day'],
    egressProxy: PROXY,
  })
  await accounts.add({ provider: 'acme', name: 'home', secret: `${KEY}2`, user: 'ann' })
  await accounts.add({ provider: 'acme', name: 'old', secret: `${KEY}3` })
  await accounts.remove('old', { purge: false })
  await toolkit.settings.set('proxy.port', '4000')
  const folder = accountFolder(toolkit.home, { user: 'local', provider: 'acme', name: 'work' })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'data.txt'), 'its own')
  const ledger = await toolkit.ledger()
  const reservation = await ledger.reserve({ account: work.id })
  if (reservation === null) throw new Error('the home has room')
  ledger.settle(reservation, { outcome: 'ok', status: 200, inputTokens: 7, outputTokens: 3 })
  const until = '2026-11-22T18:00:00.000Z'
  await ledger.record([{ type: 'cool', subject: work.id, until, reason: 'rate-short' }])
  return { toolkit, home, file: join(temporaryFolder(), 'backup') }
}

async function restoreInto(
  home: string,
  file: string,
  mode: RestorePlan['mode'] = 'replace',
): Promise<Toolkit> {
  const toolkit = await givenToolkit({ ...options, home })
  await (await toolkit.backups.open(file, WORDS)).apply(mode)
  return toolkit
}

/** Every file with its bytes, but for what a run leaves behind. */
async function everything(home: string): Promise<Map<string, string>> {
  const files = await filesBelow(home)
  return new Map(files.map(({ path, text }) => [path, text] as const).sort())
}

test('when a home is backed up, wiped and restored, it shows the same quotas and opens the same keys', async () => {
  const { toolkit, home, file } = await givenFullHome()
  const before = await toolkit.quotas.show([])
  await toolkit.backups.write(file, WORDS)
  await toolkit.close()
  rmSync(home, { recursive: true })

  const restored = await restoreInto(home, file)
  expect(await restored.quotas.show([])).toEqual(before)
  expect(before.accounts[0]).toMatchObject({ status: 'cooling', today: { requests: 1, inputTokens: 7 } })
  const account = await restored.accounts.find('work')
  expect(await restored.accounts.readSecret(account)).toBe(KEY)
  expect(await restored.settings.get('proxy.port')).toBe(4000)
  const folder = accountFolder(restored.home, account)
  expect(readFileSync(join(folder, 'data.txt'), 'utf8')).toBe('its own')
  const { archived } = JSON.parse(readFileSync(restored.home.accountsFile, 'utf8')) as { archived: unknown[] }
  expect(archived).toMatchObject([{ name: 'old' }])
})

test('when the key file of a home is lost, a restore says so and makes a new vault', async () => {
  const { toolkit, home, file } = await givenFullHome()
  await toolkit.backups.write(file, WORDS)
  await toolkit.close()
  rmSync(join(home, 'master.key'))
  const again = await givenToolkit({ ...options, home })
  const opened = await again.backups.open(file, WORDS)
  expect((await opened.plan('replace')).newVault).toContain('master.key is missing')
  await opened.apply('replace')
  await again.close()
  const restored = await givenToolkit({ ...options, home })
  expect(await restored.accounts.readSecret(await restored.accounts.find('work'))).toBe(KEY)
})

test('a backup is one file, 0600, in which no key and no name can be read', async () => {
  const { toolkit, file } = await givenFullHome()
  const view = await toolkit.backups.write(file, WORDS)
  expect(view).toMatchObject({
    file,
    accounts: 2,
    archived: 1,
    ledgerDays: 1,
    bytes: (await stat(file)).size,
  })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(file, '..'))).toEqual(['backup'])
  for (const word of [KEY, 'secret-word', 'acme', 'ann'])
    expect(readFileSync(file, 'latin1')).not.toContain(word)
})

test('while others count, a backup holds whole lines and a checkpoint that fits them', async () => {
  const { toolkit, home, file } = await givenFullHome()
  const { id } = await toolkit.accounts.find('work')
  const ledger = await toolkit.ledger()
  const counting = Promise.all(Array.from({ length: 8 }, () => ledger.reserve({ account: id })))
  await toolkit.backups.write(file, WORDS)
  await counting
  writeFileSync(join(home, 'ledger', '2026-11-22.ndjson'), '{"type":"res', { flag: 'a' })
  await toolkit.backups.write(file, WORDS)
  const restored = await restoreInto(temporaryFolder(), file)
  const [shown] = (await restored.quotas.show(['work'])).accounts
  expect(shown?.limits[0]?.used).toBe(9)
  expect(restored.warnings()).toEqual([expect.stringContaining('sealed with the key')])
})

test('a restore says what it would do, and does nothing before it is confirmed', async () => {
  const { toolkit, home, file } = await givenFullHome()
  await toolkit.backups.write(file, WORDS)
  await toolkit.accounts.remove('work', { purge: true })
  await toolkit.accounts.add({ provider: 'acme', name: 'new', secret: `${KEY}4` })
  await toolkit.settings.set('proxy.port', '5000')
  const before = await everything(home)
  const backup = await toolkit.backups.open(file, WORDS)
  expect(await backup.plan('replace')).toMatchObject({
    added: ['local:acme/work'],
    present: ['ann:acme/home'],
    absent: ['local:acme/new'],
    archived: 1,
    ledgerDays: ['2026-11-22'],
    config: 'replaced',
  })
  expect(await backup.plan('merge')).toMatchObject({
    added: ['local:acme/work'],
    ledgerDays: [],
    config: 'kept',
  })
  expect(await everything(home)).toEqual(before)
})

test('what a restore replaces is kept in a folder of its own', async () => {
  const { toolkit, file } = await givenFullHome()
  await toolkit.backups.write(file, WORDS)
  await toolkit.accounts.add({ provider: 'acme', name: 'new', secret: `${KEY}4` })
  const backup = await toolkit.backups.open(file, WORDS)
  const safety = await backup.apply('replace')
  expect(readFileSync(join(String(safety), 'accounts.json'), 'utf8')).toContain('"new"')
  expect(readFileSync(join(String(safety), 'ledger', '2026-11-22.ndjson'), 'utf8')).toContain('reserve')
  expect(await toolkit.accounts.records()).toHaveLength(2)
})

test('with merge, only what is missing is added, and what is there keeps its counts', async () => {
  const { toolkit, home, file } = await givenFullHome()
  await toolkit.backups.write(file, WORDS)
  await toolkit.accounts.remove('ann:acme/home', { purge: true })
  await toolkit.accounts.set('work', { priority: 7 })
  await toolkit.close()
  const merged = await restoreInto(home, file, 'merge')
  const { accounts } = await merged.quotas.show([])
  expect(accounts.map(({ name, priority }) => [name, priority])).toEqual([
    ['work', 7],
    ['home', 0],
  ])
  expect(accounts[0]?.today.requests).toBe(1)
  expect(await merged.accounts.readSecret(await merged.accounts.find('home'))).toBe(`${KEY}2`)
  const before = readFileSync(merged.home.accountsFile, 'utf8')
  await (await merged.backups.open(file, WORDS)).apply('merge')
  expect(readFileSync(merged.home.accountsFile, 'utf8')).toBe(before)
})

test('when the passphrase is wrong or the file damaged, nothing is changed', async () => {
  const { toolkit, home, file } = await givenFullHome()
  await toolkit.backups.write(file, WORDS)
  await toolkit.close()
  const before = await everything(home)
  const again = await givenToolkit({ ...options, home })
  await expect(again.backups.open(file, 'other words')).rejects.toMatchObject({ code: 'vault_locked' })
  const bytes = readFileSync(file)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(file, bytes)
  await expect(again.backups.open(file, WORDS)).rejects.toMatchObject({ code: 'store_corrupt' })
  expect(await everything(home)).toEqual(before)
})

test('when a step fails half-way, everything is as it was', async () => {
  const { toolkit, file } = await givenFullHome()
  await toolkit.backups.write(file, WORDS)
  const home = temporaryFolder()
  const other = await givenToolkit({ ...options, home })
  await other.accounts.add({ provider: 'acme', name: 'mine', secret: KEY })
  symlinkSync(join(home, 'no', 'such', 'folder'), other.home.configFile) // the ledger is replaced before this fails
  const before = await everything(home)
  const backup = await other.backups.open(file, WORDS)
  await expect(backup.apply('replace')).rejects.toMatchObject({ code: 'store_unwritable' })
  expect(await everything(home)).toEqual(before)
})

test('when a restore was killed half-way, the next command takes it back and says so', async () => {
  const { toolkit, home } = await givenFullHome()
  const shown = await toolkit.quotas.show([])
  await toolkit.close()
  const before = await everything(home)
  const script = join(
    import.meta.dirname,
    '..',
    '..',
    '..',
    'support',
    'processes',
    'killed-restore-process.ts',
  )
  const signal = await new Promise((resolve) => {
    execFile(process.execPath, [script, home], (error) => resolve(error?.signal))
  })
  expect(signal).toBe('SIGKILL')
  expect(readdirSync(join(home, 'ledger'))).toEqual(['2020-01-01.ndjson'])

  const next = await givenToolkit({ ...options, home })
  expect(await next.quotas.show([])).toEqual(shown)
  expect(next.warnings()).toContain('a restore had been interrupted; it was taken back')
  rmSync(`${restoreJournal(next.home)}.lock`, { force: true })
  const after = await everything(home)
  for (const path of after.keys()) if (/\.(lock|tmp)$/.test(path)) after.delete(path)
  expect(after).toEqual(before)
})

test('while a proxy runs over the home, a restore that replaces is refused and one that merges is not', async () => {
  const { toolkit, file } = await givenFullHome()
  await toolkit.backups.write(file, WORDS)
  const run = { pid: process.pid, url: 'http://127.0.0.1:1', host: '127.0.0.1', port: 1 }
  const startedAt = '2026-11-22T12:00:00.000Z'
  const view = {
    ...run,
    accounts: 2,
    strategy: 'priority',
    startedAt,
    workers: [process.pid],
    version: '0.1.0',
  }
  const { remove } = toolkit.proxies.register(view)
  const backup = await toolkit.backups.open(file, WORDS)
  await expect(backup.apply('replace')).rejects.toMatchObject({ hint: expect.stringContaining('proxy stop') })
  await expect(backup.apply('merge')).resolves.toBeNull()
  remove()
})

test('when one credential does not open, no backup is made that would lack it', async () => {
  const { toolkit, home, file } = await givenFullHome()
  await toolkit.close()
  const text = readFileSync(join(home, 'accounts.json'), 'utf8')
  const sealed = /"sealed": "([^"]+)"/.exec(text)?.[1] ?? ''
  writeFileSync(join(home, 'accounts.json'), text.replace(sealed, `${sealed.slice(0, -4)}AAAA`))
  const again = await givenToolkit({ ...options, home })
  await expect(again.backups.write(file, WORDS)).rejects.toMatchObject({ code: 'store_corrupt' })
  expect(readdirSync(join(file, '..'))).toEqual([])
})

test('a home with checkpointed counts and days in the history comes back from its backup with both', async () => {
  const { toolkit, home, file } = await givenFullHome()
  const { id } = await toolkit.accounts.find('work')
  await toolkit.close()
  writeCheckpoint(toolkit.home.countersFile, {
    position: { day: '2026-11-22', offset: 0 },
    landmark: '',
    historyThrough: null,
    state: stateToJson(readLedger(toolkit.home).state),
  })
  const history: History = new Map()
  bucketAt(history, { at: Date.parse('2026-08-01'), account: id, model: 'm', key: null }).requests = 3
  keepHistoryDay(toolkit.home, '2026-08-01', history)
  const kept = readFileSync(historyPath(toolkit.home, '2026-08-01'), 'utf8')
  await (await givenToolkit({ ...options, home })).backups.write(file, WORDS)
  const restored = await restoreInto(temporaryFolder(), file)
  expect(readFileSync(historyPath(restored.home, '2026-08-01'), 'utf8')).toBe(kept)
  const { rows } = await restored.history.show({ days: 365, per: 'day', by: 'account' })
  expect(rows).toMatchObject([
    { at: '2026-08-01T00:00:00.000Z', key: id, label: 'acme/work', requests: 3 },
    { at: '2026-11-22T00:00:00.000Z', requests: 1, inputTokens: 7 },
  ])
})

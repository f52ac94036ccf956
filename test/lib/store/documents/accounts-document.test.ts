import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openAccountsDocument } from '../../../../src/lib/store/documents/accounts-document.ts'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { accountRecord } from '../../../support/account-record.ts'
import { spawnStoreProcess, spawnStoreShell } from '../../../support/processes/spawn-store-process.ts'
import { tempHome } from '../../../support/temp-home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

// Many processes take their time on a small or busy machine.
const MANY = { timeout: 300_000 }

test('when 16 processes add an account each, none is lost', MANY, async () => {
  const home = tempHome()
  const names = Array.from({ length: 16 }, (_, index) => `account-${index}`)
  const ends = await Promise.all(
    names.map((name) => spawnStoreProcess('add-account', home.dataFolder, name).end()),
  )
  expect(ends.filter((end) => end.code !== 0)).toEqual([])
  const { accounts } = await openAccountsDocument(home).read()
  expect(accounts.map((account) => account.name).sort()).toEqual(names.sort())
  expect(readdirSync(home.dataFolder).sort()).toEqual(['accounts.json', 'accounts.json.bak'])
})

test('when processes are killed while they write, nothing that was acknowledged is lost', MANY, async () => {
  const folder = temporaryFolder()
  const doomed = Array.from({ length: 4 }, () => spawnStoreProcess('count', folder, '1000000'))
  const steady = Array.from({ length: 2 }, () => spawnStoreProcess('count', folder, '60'))
  for (const each of doomed) {
    for (let line = 0; line < 5; line++) await each.line()
    each.child.kill('SIGKILL')
  }
  const killed = await Promise.all(doomed.map((each) => each.end()))
  const finished = await Promise.all(steady.map((each) => each.end()))
  expect(killed.map((end) => end.signal)).toEqual(Array(4).fill('SIGKILL'))
  expect(finished.map((end) => end.code)).toEqual([0, 0])
  const acknowledged = [...killed, ...finished].flatMap((end) =>
    end.output.filter((line) => /^\d+$/.test(line)),
  )
  expect(new Set(acknowledged).size, 'no number was given twice').toBe(acknowledged.length)
  const { n } = JSON.parse(readFileSync(join(folder, 'count.json'), 'utf8')) as { n: number }
  // A process killed between storing and saying has stored one more than it said.
  expect(n).toBeGreaterThanOrEqual(acknowledged.length)
  expect(n).toBeLessThanOrEqual(acknowledged.length + 4)
})

test.skipIf(process.platform === 'win32')(
  'when a file may not grow, the error says so and the store is as before',
  async () => {
    const home = tempHome()
    await openAccountsDocument(home).update((data) => data.accounts.push(accountRecord()))
    // RLIMIT_FSIZE fails a write as a full disk does, half-way through the file.
    const end = await spawnStoreShell('ulimit -f 64; exec "$@"', 'fill', home.dataFolder).end()
    expect(end.code).toBe(6)
    expect(end.output.join('\n')).toMatch(/^store_unwritable: cannot write .*accounts\.json: .*\(EFBIG\)$/)
    const { accounts } = await openAccountsDocument(home).read()
    expect(accounts[0]?.name).toBe('work')
    expect(readdirSync(home.dataFolder).filter((name) => !name.startsWith('accounts.json'))).toEqual([])
    expect(readdirSync(home.dataFolder).filter((name) => /tmp|lock/.test(name))).toEqual([])
  },
)

test.runIf(canMount())('when the disk is full, the error says so and the store is as before', async () => {
  const folder = temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder])
  try {
    const home = resolveHome({ QWENCTL_HOME: join(folder, 'home') })
    const end = await spawnStoreProcess('fill', home.dataFolder).end()
    expect(end.output.join('\n')).toMatch(/^store_unwritable: .*no space left/)
    expect((await openAccountsDocument(home).read()).accounts[0]?.name).toBe('filler-0')
  } finally {
    execFileSync('umount', [folder])
  }
})

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const probe = mkdtempSync(join(tmpdir(), 'qwenctl-probe-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', probe], { stdio: 'ignore' })
    execFileSync('umount', [probe])
    return true
  } catch {
    return false // a container without the right to mount
  } finally {
    rmdirSync(probe)
  }
}

test.each([
  [
    'an account without a name',
    { accounts: [{ ...accountRecord(), name: '' }] },
    'accounts[0] name is empty',
  ],
  ['accounts that are no list', { accounts: {} }, 'accounts must be a list'],
  ['an id twice', { accounts: [accountRecord(), accountRecord()] }, 'two accounts acc_local-work'],
  [
    'a name twice',
    { accounts: [accountRecord(), { ...accountRecord(), id: 'acc_2' }] },
    'two accounts local:qwen/work',
  ],
  ['an archived account without a time', { archived: [accountRecord()] }, 'archived[0] archivedAt'],
  ['a number as default', { defaultAccount: 1 }, 'defaultAccount must be'],
])('a store with %s is refused, naming the place', async (_, fault, reason) => {
  const home = tempHome()
  mkdirSync(home.dataFolder)
  const data = { version: 1, defaultAccount: null, accounts: [], archived: [], ...fault }
  writeFileSync(home.accountsFile, JSON.stringify(data))
  await expect(openAccountsDocument(home).read()).rejects.toMatchObject({
    code: 'store_corrupt',
    message: expect.stringContaining(reason),
  })
})

test('an archived account may have the name of one that took its place', async () => {
  const home = tempHome()
  const archived = { ...accountRecord({ id: 'acc_old' }), archivedAt: '2026-11-22T00:00:00.000Z' }
  await openAccountsDocument(home).update((data) => {
    data.accounts.push(accountRecord())
    data.archived.push(archived)
  })
  expect((await openAccountsDocument(home).read()).archived).toEqual([archived])
})

test('a program that knows no egress proxies or services refuses a home with accounts that have them', async () => {
  const home = tempHome()
  const document = openAccountsDocument(home)
  const requires = async () => ((await document.read()) as { requires?: string[] }).requires
  await document.update(({ accounts }) => accounts.push(accountRecord({ name: 'plain' })))
  expect(await requires()).toBeUndefined()
  const egressProxy = { shown: 'http://127.0.0.1:3128', sealed: 'v1.a.b.c.d' }
  await document.update(({ accounts }) => accounts.push(accountRecord({ name: 'away', egressProxy })))
  expect(await requires()).toEqual(['egress-proxy'])
  await document.update(({ accounts }) =>
    accounts.push(accountRecord({ name: 'api', service: 'cc', authHeader: 'X-Key: {key}' })),
  )
  expect(await requires()).toEqual(['egress-proxy', 'http-service', 'auth-header'])
})

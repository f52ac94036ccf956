import { appendFileSync, chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ClientSetups, findClient } from '../../../../src/lib/toolkit/clients/client-setup.ts'
import { checkClients } from '../../../../src/lib/toolkit/doctor/clients.ts'
import type { DoctorReport, Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { KEY, NOON, acme, givenToolkit } from '../temporary-home.ts'
import { givenSocketServer, givenUpstream } from '../upstream.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const answersAt = (time: number) =>
  givenUpstream((_, response) => response.writeHead(404, { date: new Date(time).toUTCString() }).end())

/** A home with one account at a real server of this machine. */
async function givenHome(
  baseUrl: string,
  env: Record<string, string> = {},
): Promise<{ home: string; toolkit: Toolkit }> {
  const home = temporaryFolder()
  const toolkit = await givenToolkit({
    home,
    env,
    providers: [acme()],
    scryptCost: 2 ** 10,
    checkTimeoutMs: 2000,
  })
  await toolkit.accounts.add({ provider: 'acme', name: 'work', secret: KEY, baseUrl })
  return { home, toolkit }
}

async function statuses(toolkit: Toolkit, fix = false): Promise<Record<string, string>> {
  const { checks } = await toolkit.doctor({ fix })
  return Object.fromEntries(checks.map(({ id, status }) => [id, status]))
}

function found(report: DoctorReport, id: string): DoctorReport['checks'][number] | undefined {
  return report.checks.find((check) => check.id === id)
}

test('when nothing is wrong, no check fails, and none shows a key', async () => {
  const { baseUrl, requests } = await answersAt(NOON)
  const { toolkit } = await givenHome(baseUrl, { QWENCTL_PASSPHRASE: 'words' })
  const report = await toolkit.doctor({ fix: false })
  expect(report.ok).toBe(true)
  const shown = Object.fromEntries(report.checks.map(({ id, status }) => [id, status]))
  expect(shown).toMatchObject({ permissions: 'ok', accounts: 'ok', vault: 'ok', secrets: 'ok', ledger: 'ok' })
  expect(shown).toMatchObject({ services: 'ok', clock: 'ok', node: 'ok', proxies: 'ok' })
  expect(JSON.stringify(report)).not.toContain(KEY)
  expect(requests).toHaveLength(1)
  expect(requests[0]?.headers).not.toHaveProperty('authorization')
})

test('each check has an id of its own, and the guide describes it', async () => {
  const { toolkit } = await givenHome((await answersAt(NOON)).baseUrl)
  await toolkit.keys.create({ name: 'ci' })
  const guide = readFileSync('docs/guide/doctor.md', 'utf8')
  const ids = (await toolkit.doctor({ fix: false })).checks.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)])
  expect(ids.filter((id) => !guide.includes(`\`${id}\``))).toEqual([])
})

test('a project that leads a client past the proxy is a warning, once the client is set up', async () => {
  const { home, toolkit } = await givenHome((await answersAt(NOON)).baseUrl)
  const folder = join(home, 'project')
  mkdirSync(join(folder, '.gemini'), { recursive: true })
  const auth = { selectedType: 'oauth-personal' }
  writeFileSync(join(folder, '.gemini', 'settings.json'), JSON.stringify({ security: { auth } }))
  const parts = { home: toolkit.home, env: { HOME: join(home, 'user') } }
  expect(checkClients(parts, folder)).toMatchObject({ status: 'ok', detail: 'none is set up' })
  const client = findClient('gemini')
  const setups = new ClientSetups(join(toolkit.home.stateFolder, 'clients'))
  const facts = {
    home: join(home, 'user'),
    env: {},
    exists: () => false,
    url: 'http://127.0.0.1:1',
    key: 'k',
    model: null,
  }
  setups.apply(client, setups.plan(client, facts), { keyName: null, at: '' })
  expect(checkClients(parts, folder)).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('security.auth.selectedType') as string,
    fix: 'remove it there',
  })
  expect(checkClients(parts, join(home, 'other'))).toMatchObject({ status: 'ok', detail: 'set up: gemini' })
})

test('in a home that does not exist, nothing fails and nothing is made', async () => {
  const home = join(temporaryFolder(), 'none')
  const toolkit = await givenToolkit({ home })
  expect((await toolkit.doctor({ fix: true })).ok).toBe(true)
  expect(() => statSync(home)).toThrow('ENOENT')
})

test('when a file can be read by others it fails, and with fix it is closed', async () => {
  const { home, toolkit } = await givenHome((await answersAt(NOON)).baseUrl)
  chmodSync(join(home, 'accounts.json'), 0o644)
  expect(await statuses(toolkit)).toMatchObject({ permissions: 'fail' })
  expect(await statuses(toolkit, true)).toMatchObject({ permissions: 'ok' })
  expect(statSync(join(home, 'accounts.json')).mode & 0o777).toBe(0o600)
  chmodSync(home, 0o755)
  expect(await statuses(toolkit)).toMatchObject({ permissions: 'warn' })
})

test('when the ledger has lines that are no events, their file and count are named', async () => {
  const { home, toolkit } = await givenHome((await answersAt(NOON)).baseUrl)
  const file = join(home, 'ledger', '2026-11-22.ndjson')
  appendFileSync(file, '{"type":"res\nhello\n')
  const report = await toolkit.doctor({ fix: false })
  expect(found(report, 'ledger')).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining(`${file}: 2`),
  })
  expect(report.ok).toBe(true)
})

test('when the ledger is ahead of the clock, that fails', async () => {
  const { home, toolkit } = await givenHome((await answersAt(NOON)).baseUrl)
  await toolkit.close()
  const late = await givenToolkit({ home, clock: () => NOON - 3_600_000 })
  expect(found(await late.doctor({ fix: false }), 'ledger-clock')).toMatchObject({
    status: 'fail',
    detail: expect.stringContaining('1 h behind'),
  })
})

test.each([
  ['ahead of', -120_000, '120 s ahead'],
  ['behind', 120_000, '120 s behind'],
])('when the clock is %s that of the providers, that fails', async (_, offset, words) => {
  const { toolkit } = await givenHome((await answersAt(NOON + offset)).baseUrl)
  const report = await toolkit.doctor({ fix: false })
  expect(found(report, 'clock')).toMatchObject({ status: 'fail', detail: expect.stringContaining(words) })
})

test('when a provider is silent, it fails within the time, and its clock is not judged', async () => {
  const { toolkit } = await givenHome(await givenSocketServer(() => undefined))
  expect(await statuses(toolkit)).toMatchObject({ services: 'fail', clock: 'skip' })
})

test('when documents are damaged, each is named with what to do, and the other checks run', async () => {
  const { home, toolkit } = await givenHome((await answersAt(NOON)).baseUrl)
  writeFileSync(join(home, 'accounts.json'), '{')
  writeFileSync(join(home, 'config.yaml'), 'proxy: [')
  writeFileSync(join(home, 'counters.json'), 'x')
  mkdirSync(join(home, 'run'), { recursive: true })
  writeFileSync(join(home, 'run', 'proxy-dead.json'), '{}')
  const report = await toolkit.doctor({ fix: false })
  expect(found(report, 'accounts')).toMatchObject({ status: 'fail', fix: expect.stringContaining('mv ') })
  expect(found(report, 'settings')).toMatchObject({ status: 'fail' })
  expect(found(report, 'checkpoint')).toMatchObject({ status: 'warn' })
  expect(found(report, 'proxies')?.detail).toContain('1 killed one left')
  expect(report.ok).toBe(false)
})

test('when config.yaml cannot be read, the store is unknown, and the other checks run', async () => {
  const { home } = await givenHome((await answersAt(NOON)).baseUrl)
  mkdirSync(join(home, 'config.yaml'))
  const toolkit = await givenToolkit({ home, providers: [acme()], checkTimeoutMs: 2000 })
  const report = await toolkit.doctor({ fix: false })
  for (const id of ['settings', 'store', 'accounts'])
    expect(found(report, id)).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('config.yaml') as string,
    })
  expect(found(report, 'node')).toMatchObject({ status: 'ok' })
  await expect(toolkit.quotas.show([])).rejects.toMatchObject({ code: 'store_unwritable' })
})

test('when a day of the history is damaged, it is named', async () => {
  const { home, toolkit } = await givenHome((await answersAt(NOON)).baseUrl)
  await toolkit.ledger()
  mkdirSync(join(home, 'history'))
  writeFileSync(join(home, 'history', '2026-11-20.json'), '{"version":1,"day":"2026-11-20","buckets":[]}')
  expect(found(await toolkit.doctor({ fix: false }), 'history')).toMatchObject({ status: 'ok' })
  writeFileSync(join(home, 'history', '2026-11-21.json'), '{')
  expect(found(await toolkit.doctor({ fix: false }), 'history')).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('2026-11-21.json'),
    fix: expect.stringContaining('quota history'),
  })
})

// For root, permissions are no obstacle.
test.skipIf(process.geteuid?.() === 0)(
  'when the home cannot be written, the folder and the reason are named',
  async () => {
    const { home, toolkit } = await givenHome((await answersAt(NOON)).baseUrl)
    await toolkit.close()
    chmodSync(home, 0o500)
    onTestFinished(() => chmodSync(home, 0o700))
    const other = await givenToolkit({ home })
    expect(found(await other.doctor({ fix: false }), 'permissions')).toMatchObject({
      status: 'fail',
      detail: `${home} cannot be written: permission denied (EACCES)`,
    })
  },
)

test('when a credential does not open, its account is named', async () => {
  const { home, toolkit } = await givenHome((await answersAt(NOON)).baseUrl)
  await toolkit.close()
  writeFileSync(join(home, 'master.key'), `${Buffer.alloc(32).toString('base64url')}\n`, { mode: 0o600 })
  const other = await givenToolkit({ home })
  expect(found(await other.doctor({ fix: false }), 'secrets')).toMatchObject({
    status: 'fail',
    detail: '1 of 1 do not open: local:acme/work',
  })
})

test('when config.yaml has a key that nothing reads, it is named, and nothing fails for it', async () => {
  const { home, toolkit } = await givenHome((await answersAt(NOON)).baseUrl)
  writeFileSync(join(home, 'config.yaml'), 'proxy:\n  stratgy: weighted\n')
  const report = await toolkit.doctor({ fix: false })
  expect(found(report, 'unknown-settings')).toMatchObject({
    status: 'warn',
    detail: 'unknown setting proxy.stratgy (ignored); did you mean proxy.strategy?',
  })
  expect(found(report, 'settings')).toMatchObject({ status: 'ok' })
})

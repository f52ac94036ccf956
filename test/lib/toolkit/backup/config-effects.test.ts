import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import { configEffects } from '../../../../src/lib/toolkit/backup/config-effects.ts'
import { jobEffects } from '../../../../src/lib/toolkit/backup/job-effects.ts'

const folder = mkdtempSync(join(tmpdir(), 'qwenctl-effects-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test.each([
  ['notify:\n  command: touch x\n  at: 80%\n', '', ['notify.command: "touch x"']],
  ['notify.command: touch x\n', '', ['notify.command: "touch x"']],
  [
    'notify: {webhook: "https://h.example/?token=abcdef"}\n',
    '',
    ['notify.webhook: "https://h.example/?token=…'],
  ],
  [
    'proxy: {ca: [/tmp/ca.pem], allowMetadata: true}\n',
    '',
    ['proxy.ca: ["/tmp/ca.pem"]', 'proxy.allowMetadata: true'],
  ],
  ['notify: {command: touch x}\n', 'notify: {command: touch x}\n', []],
  ['notify: {command: touch x}\n', 'notify: {command: touch y}\n', ['notify.command: "touch x"']],
  ['notify: {command: ""}\nproxy: {port: 4000}\n', '', []],
  ['[', '', []],
])('of a backup with %j over %j says %j', (config, present, effects) => {
  expect(configEffects(Buffer.from(config), Buffer.from(present))).toEqual(effects)
})

test('the plan of a restore names commands, client keys and providers that are missing', async () => {
  const home = (name: string) =>
    openToolkit({ env: { QWENCTL_HOME: join(folder, name), HOME: folder }, scryptCost: 1024 })
  const from = home('from')
  await from.accounts.add({ provider: 'sandbox', name: 'a' })
  await from.settings.set('notify.command', 'touch x')
  await from.keys.create({ name: 'ci', user: 'local' })
  const file = join(folder, 'backup')
  await from.backups.write(file, 'a long passphrase')
  const to = home('to')
  for (const mode of ['merge', 'replace'] as const) {
    const plan = await (await to.backups.open(file, 'a long passphrase')).plan(mode)
    expect(plan).toMatchObject({ effects: ['notify.command: "touch x"'], keys: ['ci'], missingProviders: [] })
  }
  await expect(from.backups.write('/dev/null', 'a long passphrase')).rejects.toThrow('not a regular file')
  await Promise.all([from.close(), to.close()])
})

test('commands of jobs in a backup are named, unless the home runs the same', () => {
  const action = (command: string[]) => ({ kind: 'command', command })
  const jobs = (...list: object[]) => Buffer.from(JSON.stringify({ version: 1, jobs: list }))
  const ask = { name: 'ask', action: { kind: 'ask', text: 'hello' } }
  const backup = jobs({ name: 'night', action: action(['touch', 'x']) }, ask)
  const effect = 'the command of job night: ["touch","x"]'
  expect(jobEffects(backup, undefined)).toEqual([effect])
  expect(jobEffects(backup, jobs({ name: 'night', action: action(['ls']) }))).toEqual([effect])
  expect(jobEffects(backup, backup)).toEqual([])
  expect(jobEffects(Buffer.from('['), backup)).toEqual([])
})

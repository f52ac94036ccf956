import { asOrdinaryUser } from '../../support/ordinary-user.ts'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { accountFolder } from '../../../src/lib/store/account-folder.ts'
import { prepareHome, resolveHome } from '../../../src/lib/store/home.ts'
import { makeAccountId } from '../../../src/lib/store/new-id.ts'
import { tempHome } from '../../support/temp-home.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

test('with QWENCTL_HOME, everything is in that one folder', () => {
  const home = resolveHome({ QWENCTL_HOME: '/data/q', XDG_DATA_HOME: '/x' }, 'linux', '/home/me')
  expect(home.root).toBe('/data/q')
  const { root: _, ...places } = home
  for (const place of Object.values(places)) expect(place).toMatch(/^\/data\/q(\/|$)/)
  expect(home.accountsFile).toBe('/data/q/accounts.json')
  expect(home.masterKeyFile).toBe('/data/q/master.key')
  expect(home.ledgerFolder).toBe('/data/q/ledger')
})

test('with a relative QWENCTL_HOME, or one with ~, the places are absolute', () => {
  expect(resolveHome({ QWENCTL_HOME: 'here' }, 'linux').dataFolder).toBe(resolve('here'))
  expect(resolveHome({ QWENCTL_HOME: '~/q', HOME: '/home/me' }, 'linux').dataFolder).toBe('/home/me/q')
  expect(resolveHome({ QWENCTL_HOME: '~me' }, 'linux').dataFolder).toBe(resolve('~me'))
})

test('on Linux, follows the XDG folders, and ignores relative ones as the specification says', () => {
  const home = resolveHome(
    { XDG_DATA_HOME: '/d', XDG_CONFIG_HOME: 'relative', QWENCTL_HOME: '' },
    'linux',
    '/home/me',
  )
  expect(home).toMatchObject({
    root: null,
    accountsFile: '/d/qwenctl/accounts.json',
    configFile: '/home/me/.config/qwenctl/config.yaml',
    cacheFolder: '/home/me/.cache/qwenctl',
    logsFolder: '/home/me/.local/state/qwenctl/logs',
  })
})

test('on macOS and Windows, uses their places', () => {
  expect(resolveHome({}, 'darwin', '/Users/me')).toMatchObject({
    accountsFile: '/Users/me/Library/Application Support/qwenctl/accounts.json',
    cacheFolder: '/Users/me/Library/Caches/qwenctl',
  })
  const windows = { APPDATA: 'C:\\Users\\me\\AppData\\Roaming', LOCALAPPDATA: 'D:\\Local' }
  expect(resolveHome(windows, 'win32', 'C:\\Users\\me')).toMatchObject({
    accountsFile: 'D:\\Local\\qwenctl\\data\\accounts.json',
    configFile: 'C:\\Users\\me\\AppData\\Roaming\\qwenctl\\config.yaml',
  })
})

test('prepareHome creates the folders 0700', () => {
  const home = tempHome()
  prepareHome(home)
  prepareHome(home)
  expect(statSync(home.dataFolder).mode & 0o777).toBe(0o700)
  expect(statSync(home.cacheFolder).mode & 0o777).toBe(0o700)
})

test('when a file is where a folder must be, the error names the folder and a way out', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  for (const path of ['file', 'file/below']) {
    const home = resolveHome({ QWENCTL_HOME: join(folder, path) })
    expect(() => prepareHome(home)).toThrow(
      expect.objectContaining({
        code: 'store_unwritable',
        message: expect.stringContaining(home.dataFolder),
        hint: expect.stringContaining('QWENCTL_HOME'),
      }),
    )
  }
})

test('when the parent is read-only, the error says so', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'locked'), { mode: 0o500 })
  const home = resolveHome({ QWENCTL_HOME: join(folder, 'locked', 'home') })
  await asOrdinaryUser(folder, () => expect(() => prepareHome(home)).toThrow('permission denied'))
})

test('an account has its own folder, and no name leads out of it', () => {
  const home = resolveHome({ QWENCTL_HOME: '/q' })
  const folder = (user: string, name: string) => accountFolder(home, { user, provider: 'qwen', name })
  expect(folder('local', 'alice@example.com')).toBe(join('/q/accounts/local/qwen/alice@example.com'))
  expect(folder('..', '../../etc')).toBe(join('/q/accounts/%2E%2E/qwen/%2E%2E%2F..%2Fetc'))
  expect(folder('local', '')).toBe(join('/q/accounts/local/qwen/%'))
})

test('ids have the agreed form and do not repeat', () => {
  const ids = Array.from({ length: 1000 }, makeAccountId)
  for (const id of ids) expect(id).toMatch(/^acc_[0-9a-z]{16}$/)
  expect(new Set(ids).size).toBe(1000)
})

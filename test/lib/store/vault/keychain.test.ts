import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Keychain } from '../../../../src/lib/store/vault/keychain.ts'
import { KeychainError, openSystemKeychain } from '../../../../src/lib/store/vault/keychain.ts'
import { memoryKeychain } from '../../../support/keychain/memory-keychain.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const double = join(import.meta.dirname, '..', '..', '..', 'support', 'keychain', 'keychain-double.ts')
const byProcess = (...command: string[]) =>
  openSystemKeychain({}, { command: [process.execPath, ...command], timeoutMs: 20_000 })

const kinds: [string, () => Keychain][] = [
  ['in memory', memoryKeychain],
  ['behind a process', () => byProcess(double, join(temporaryFolder(), 'keychain.json'))],
]

describe.each(kinds)('a keychain %s', (_, given) => {
  test('gives back what was put, and nothing for another name', async () => {
    const keychain = given()
    expect(await keychain.get('home-1')).toBeNull()
    await keychain.set('home-1', 'säcret "1"\n')
    expect(await keychain.get('home-1')).toBe('säcret "1"\n')
    expect(await keychain.get('home-2')).toBeNull()
  })

  test('forgets what is removed, and takes it well when that was never there', async () => {
    const keychain = given()
    await keychain.set('home-1', 'a')
    await keychain.set('home-1', 'b')
    await keychain.remove('home-1')
    expect(await keychain.get('home-1')).toBeNull()
    await keychain.remove('home-1')
  })
})

test('when the keychain never answers, the call ends in time and its process with it', async () => {
  const hung = openSystemKeychain(
    {},
    { command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'], timeoutMs: 300 },
  )
  await expect(hung.get('home-1')).rejects.toThrow(KeychainError)
  await expect(hung.get('home-1')).rejects.toThrow('did not answer within 1 s')
})

test.each([
  ['ends without a word', ['-e', '']],
  ['says something else', ['-e', 'process.stdout.write("hello")']],
])('when its process %s, that is an error and no secret', async (_, command) => {
  await expect(byProcess(...command).get('home-1')).rejects.toThrow('ended without an answer')
})

test('when its program is not there, that is an error', async () => {
  const missing = openSystemKeychain({}, { command: ['/no/such/program'] })
  await expect(missing.get('home-1')).rejects.toThrow(KeychainError)
})

test('when it is off, or Linux has no session bus, nothing is started', async () => {
  await expect(openSystemKeychain({ QWENCTL_KEYCHAIN: 'off' }).get('a')).rejects.toThrow(
    'QWENCTL_KEYCHAIN is off',
  )
})

test.runIf(process.platform === 'linux')(
  'without a Secret Service on the bus, the kernel key ring is not used instead',
  async () => {
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/no/such/bus' }
    await expect(openSystemKeychain(env).set('home-1', 'secret')).rejects.toThrow(/DBus|Secret|Platform/i)
  },
)

const hasService = ['dbus-run-session', 'gnome-keyring-daemon'].every(
  (program) => spawnSync('which', [program]).status === 0,
)

test.runIf(hasService)('with a real Secret Service, a secret comes back from another process', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'keyrings'))
  const module = join(
    import.meta.dirname,
    '..',
    '..',
    '..',
    '..',
    'src',
    'lib',
    'store',
    'vault',
    'keychain.ts',
  )
  const program = `
    const { systemKeychain } = await import(${JSON.stringify(module)})
    const keychain = systemKeychain(process.env)
    await keychain.set('home-1', 'kept')
    const kept = await keychain.get('home-1')
    await keychain.remove('home-1')
    process.stdout.write('<' + kept + '|' + await keychain.get('home-1') + '>')`
  const script = `printf words | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$0" -e "$1" --input-type=module`
  const { stdout } = spawnSync('dbus-run-session', ['--', 'sh', '-c', script, process.execPath, program], {
    env: { ...process.env, XDG_DATA_HOME: folder, HOME: folder },
    encoding: 'utf8',
    timeout: 30_000,
  })
  expect(stdout).toContain('<kept|null>')
})

// Other programs and people may put anything in the place of a file.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConfigFile } from '../../../../../src/lib/store/documents/config-file.ts'
import { readStoreFile } from '../../../../../src/lib/store/documents/files/read-store-file.ts'
import { openToolkit } from '../../../../../src/lib/toolkit/open-toolkit.ts'
import { temporaryFolder } from '../../../../support/temp-folder.ts'

const isWindows = process.platform === 'win32'

const makePipe = (path: string) => void execFileSync('mkfifo', [path])
const linkDevice = (path: string) => symlinkSync('/dev/zero', path)

async function givenHome(file: string, put: (path: string) => void) {
  const home = temporaryFolder()
  const first = openToolkit({ env: { QWENCTL_HOME: home } })
  await first.accounts.add({ name: 'a', provider: 'sandbox' })
  await first.close()
  rmSync(join(home, file), { force: true })
  put(join(home, file))
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  onTestFinished(() => toolkit.close())
  return toolkit
}

describe.skipIf(isWindows).each([
  ['a pipe', makePipe],
  ['a device', linkDevice],
])('when %s is in the place of', (_, put) => {
  test('accounts.json, a command fails at once and says why', async () => {
    const toolkit = await givenHome('accounts.json', put)
    await expect(toolkit.quotas.show([])).rejects.toMatchObject({
      code: 'store_unwritable',
      message: expect.stringContaining('it is a pipe or a device') as string,
    })
  })

  test('config.yaml, its settings are not read', async () => {
    const file = join(temporaryFolder(), 'config.yaml')
    put(file)
    await expect(readConfigFile(file)).rejects.toMatchObject({ code: 'store_unwritable' })
  })

  test('keys.json, no key is checked against it', async () => {
    const toolkit = await givenHome('keys.json', put)
    await expect(toolkit.keys.list()).rejects.toMatchObject({ code: 'store_unwritable' })
  })

  test('counters.json, the counts come from the ledger', async () => {
    const toolkit = await givenHome('counters.json', put)
    expect((await toolkit.quotas.show([])).accounts).toHaveLength(1)
  })
})

test('a file is read, a link to it is followed, and a missing one is null', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a'), 'text')
  expect(readStoreFile(join(folder, 'a'))).toBe('text')
  expect(readStoreFile(join(folder, 'b'))).toBeNull()
  mkdirSync(join(folder, 'c'))
  expect(() => readStoreFile(join(folder, 'c'))).toThrow('it is a folder')
  if (isWindows) return
  symlinkSync(join(folder, 'a'), join(folder, 'd'))
  expect(readStoreFile(join(folder, 'd'))).toBe('text')
})

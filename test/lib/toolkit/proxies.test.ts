import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveHome } from '../../../src/lib/store/home.ts'
import { Proxies } from '../../../src/lib/toolkit/proxies.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const START_MS = 10_000

test.each([
  ['a file', true],
  ['nothing', false],
])('the output of a background proxy never goes through a link: to %s', async (_, isThere) => {
  const folder = temporaryFolder()
  const home = resolveHome({ QWENCTL_HOME: join(folder, 'home') })
  const target = join(folder, 'notes.txt')
  if (isThere) writeFileSync(target, 'mine')
  mkdirSync(home.logsFolder, { recursive: true })
  const proxies = new Proxies(home)
  symlinkSync(target, proxies.logFile)
  const started = proxies.startDetached([process.execPath, '-e', 'console.error("words")'], START_MS)
  await expect(started).rejects.toMatchObject({
    code: 'store_unwritable',
    message: expect.stringContaining('it is a link to another file') as string,
  })
  expect(existsSync(target)).toBe(isThere)
  if (isThere) expect(readFileSync(target, 'utf8')).toBe('mine')
})

test('the output of a background proxy goes to another place through a link of the folder', async () => {
  const folder = temporaryFolder()
  const home = resolveHome({ QWENCTL_HOME: join(folder, 'home') })
  const target = join(folder, 'elsewhere')
  mkdirSync(target)
  mkdirSync(dirname(home.logsFolder), { recursive: true })
  symlinkSync(target, home.logsFolder)
  const proxies = new Proxies(home)
  const started = proxies.startDetached([process.execPath, '-e', 'console.error("words")'], START_MS)
  await expect(started).rejects.toMatchObject({ message: 'the proxy ended at once' })
  expect(readFileSync(join(target, 'proxy.log'), 'utf8')).toContain('words')
})

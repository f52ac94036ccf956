import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { watchFile } from '../../../../../src/lib/store/documents/files/watch.ts'
import { temporaryFolder } from '../../../../support/temp-folder.ts'

/** Never by polling: only what the system tells. */
const EVENTS_ONLY = { pollMs: 2 ** 30 }

function watched(file: string, options?: { pollMs: number }) {
  let count = 0
  const stop = watchFile(file, () => count++, options)
  onTestFinished(stop)
  const next = async (change: () => void): Promise<void> => {
    const before = count
    change()
    await expect.poll(() => count, { timeout: 20_000, interval: 5 }).toBeGreaterThan(before)
  }
  return { next, stop, count: () => count }
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

test.each([
  ['by events alone', EVENTS_ONLY],
  ['by polling too', { pollMs: 20 }],
])('%s, notices creation, writing, replacement after replacement, and removal', async (_, options) => {
  const file = join(temporaryFolder(), 'thing')
  const { next } = watched(file, options)
  await next(() => writeFileSync(file, 'a'))
  await next(() => writeFileSync(file, 'ab'))
  await next(() => replace(file, 'cd'))
  await next(() => replace(file, 'ef'))
  await next(() => rmSync(file))
})

test('where the system tells nothing, polling notices: a folder made later, the target of a changed link', async () => {
  const folder = temporaryFolder()
  const late = watched(join(folder, 'late', 'thing'), { pollMs: 20 })
  await late.next(() => {
    mkdirSync(join(folder, 'late'))
    writeFileSync(join(folder, 'late', 'thing'), 'a')
  })
  for (const name of ['one', 'two']) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'thing'), name)
  }
  symlinkSync(join(folder, 'one'), join(folder, 'link'))
  const linked = watched(join(folder, 'link', 'thing'), { pollMs: 20 })
  await linked.next(() => {
    symlinkSync(join(folder, 'two'), join(folder, 'link.new'))
    renameSync(join(folder, 'link.new'), join(folder, 'link'))
  })
})

test('changes beside the file and after stop say nothing', async () => {
  const folder = temporaryFolder()
  const stopped = watched(join(folder, 'thing'))
  const other = watched(join(folder, 'other'))
  const going = watched(join(folder, 'thing'))
  stopped.stop()
  await going.next(() => writeFileSync(join(folder, 'thing'), 'a'))
  expect(stopped.count()).toBe(0)
  expect(other.count()).toBe(0)
})

test('does not keep the process alive', async () => {
  const file = join(temporaryFolder(), 'thing')
  const module = fileURLToPath(
    new URL('../../../../../src/lib/store/documents/files/watch.ts', import.meta.url),
  )
  const program = `import { watchFile } from ${JSON.stringify(module)}; watchFile(${JSON.stringify(file)}, () => {})`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' })
  onTestFinished(() => void child.kill('SIGKILL'))
  expect(await once(child, 'exit')).toEqual([0, null])
})

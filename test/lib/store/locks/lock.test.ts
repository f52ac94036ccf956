import { mkdirSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withLock } from '../../../../src/lib/store/locks/lock.ts'
import { spawnStoreProcess, spawnStoreShell } from '../../../support/processes/spawn-store-process.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const onLinux = test.runIf(process.platform === 'linux')
/** A single look at the lock and no waiting. */
const AT_ONCE = { timeoutMs: 0 }

async function givenHolder(folder: string) {
  const holder = spawnStoreProcess('hold', folder)
  expect(await holder.line()).toBe('held')
  return holder
}

test('returns what the action returns and leaves nothing behind, also when it throws', async () => {
  const folder = temporaryFolder()
  expect(await withLock(join(folder, 'sub/thing'), () => 7)).toBe(7)
  await expect(withLock(join(folder, 'sub/thing'), () => Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  )
  expect(readdirSync(join(folder, 'sub'))).toEqual([])
})

test('within one process, actions take turns', async () => {
  const file = join(temporaryFolder(), 'thing')
  let inside = 0
  const turns = Array.from({ length: 20 }, () =>
    withLock(file, async () => {
      expect(++inside).toBe(1)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
    }),
  )
  await Promise.all(turns)
})

test('while another process holds it, times out naming that process, and gets it once it is released', async () => {
  const folder = temporaryFolder()
  const holder = await givenHolder(folder)
  await expect(withLock(join(folder, 'thing'), () => 0, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'store_locked',
    message: expect.stringContaining(`process ${holder.pid}`),
    details: { pid: holder.pid },
  })
  holder.release()
  expect(await withLock(join(folder, 'thing'), () => 'mine')).toBe('mine')
})

test('when the holder was killed, is taken over at once', async () => {
  const folder = temporaryFolder()
  const holder = await givenHolder(folder)
  writeFileSync(join(folder, `thing.${holder.pid}-abc123.tmp`), 'half-writ')
  holder.child.kill('SIGKILL')
  await holder.end()
  expect(await withLock(join(folder, 'thing'), () => 'mine', AT_ONCE)).toBe('mine')
  expect(readdirSync(folder), 'neither its lock nor its temporary file stays').toEqual([])
})

onLinux('when the killed holder is still a zombie, is taken over at once', async () => {
  const folder = temporaryFolder()
  // The shell becomes a sleep that never looks after its children.
  const shell = spawnStoreShell('exec 3<&0; "$@" <&3 & exec sleep 600', 'hold', folder)
  expect(await shell.line()).toBe('held')
  const { pid } = JSON.parse(readFileSync(join(folder, 'thing.lock'), 'utf8')) as { pid: number }
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => ended(pid), { timeout: 20_000 }).toBe(true)
  expect(await withLock(join(folder, 'thing'), () => 'mine', AT_ONCE)).toBe('mine')
})

function ended(pid: number): boolean {
  try {
    return / [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true // already looked after by init
  }
}

test.skipIf(process.platform === 'win32')('a stopped holder keeps its lock', async () => {
  const folder = temporaryFolder()
  const holder = await givenHolder(folder)
  holder.child.kill('SIGSTOP')
  // However old the lock is: what counts is that its owner lives.
  utimesSync(join(folder, 'thing.lock'), 0, 0)
  await expect(withLock(join(folder, 'thing'), () => 0, { timeoutMs: 300 })).rejects.toMatchObject({
    code: 'store_locked',
  })
  holder.child.kill('SIGCONT')
  holder.release()
  expect((await holder.end()).code).toBe(0)
  expect(await withLock(join(folder, 'thing'), () => 'mine', AT_ONCE)).toBe('mine')
})

async function ownerRecord(changes: Record<string, unknown>): Promise<string> {
  const file = join(temporaryFolder(), 'thing')
  const mine = await withLock(file, () => readFileSync(`${file}.lock`, 'utf8'))
  return JSON.stringify({ ...(JSON.parse(mine) as object), token: '1-another', ...changes })
}

onLinux.each([
  ['a process number that was given out again', { startTime: '1' }],
  ['the time before a restart of the machine', { bootId: 'another' }],
])('a lock from %s is taken over at once', async (_, changes) => {
  const file = join(temporaryFolder(), 'thing')
  writeFileSync(`${file}.lock`, await ownerRecord(changes))
  expect(await withLock(file, () => 'mine', AT_ONCE)).toBe('mine')
})

test('a lock from another machine or container is respected while it is young', async () => {
  const file = join(temporaryFolder(), 'thing')
  writeFileSync(`${file}.lock`, await ownerRecord({ host: 'elsewhere', pid: 1 }))
  await expect(withLock(file, () => 0, AT_ONCE)).rejects.toMatchObject({ code: 'store_locked' })
  utimesSync(`${file}.lock`, 0, 0)
  expect(await withLock(file, () => 'mine', AT_ONCE)).toBe('mine')
})

test('a lock file that is only half written is respected while it is young', async () => {
  const file = join(temporaryFolder(), 'thing')
  writeFileSync(`${file}.lock`, '')
  await expect(withLock(file, () => 0, AT_ONCE)).rejects.toMatchObject({ code: 'store_locked' })
  utimesSync(`${file}.lock`, 0, 0)
  expect(await withLock(file, () => 'mine', AT_ONCE)).toBe('mine')
})

test('when one that was taking over a dead lock died too, the next one takes over', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'thing')
  const dead = { host: 'elsewhere', pid: 1 }
  writeFileSync(`${file}.lock`, await ownerRecord({ ...dead, token: '1-first' }))
  writeFileSync(`${file}.lock.steal-1-first`, await ownerRecord({ ...dead, token: '1-second' }))
  utimesSync(`${file}.lock`, 0, 0)
  await expect(
    withLock(file, () => 0, AT_ONCE),
    'the second may still live',
  ).rejects.toMatchObject({
    code: 'store_locked',
  })
  utimesSync(`${file}.lock.steal-1-first`, 0, 0)
  expect(await withLock(file, () => 'mine', AT_ONCE)).toBe('mine')
  expect(readdirSync(folder)).toEqual([])
})

test.each(['hard-links', 'no-hard-links'])(
  'with %s, processes that find a dead lock and then contend are never inside together',
  { timeout: 300_000 },
  async (links) => {
    const folder = temporaryFolder()
    const dead = await givenHolder(folder)
    dead.child.kill('SIGKILL')
    await dead.end()
    const ends = await Promise.all(
      Array.from({ length: 6 }, () => spawnStoreProcess('enter-and-leave', folder, links).end()),
    )
    expect(ends.map((end) => end.code)).toEqual([0, 0, 0, 0, 0, 0])
    const log = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')
    expect(log).toHaveLength(6 * 20 * 2)
    for (let line = 0; line < log.length; line += 2) {
      expect(log[line + 1]).toBe(log[line]!.replace('enter', 'leave'))
    }
    rmSync(join(folder, 'log'))
    expect(readdirSync(folder)).toEqual([])
  },
)

test('where no lock can be made, says that the store cannot be written', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  await expect(withLock(join(folder, 'file', 'thing'), () => 0)).rejects.toMatchObject({
    code: 'store_unwritable',
  })
  mkdirSync(join(folder, 'thing.lock'))
  await expect(withLock(join(folder, 'thing'), () => 0)).rejects.toMatchObject({ code: 'store_unwritable' })
})

test('a wait counts from its own beginning, also in a process that is older than the time limit', async () => {
  const file = join(temporaryFolder(), 'thing')
  const held = Promise.withResolvers<void>()
  const holding = withLock(file, () => held.promise)
  const waiting = withLock(file, () => 'mine', { timeoutMs: performance.now() * 0.9 })
  await new Promise((resolve) => setImmediate(resolve))
  held.resolve()
  await holding
  expect(await waiting).toBe('mine')
})

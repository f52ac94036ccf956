import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withQwenCodeLock } from '../../../../src/lib/store/locks/qwen-code-lock.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

function givenFolder() {
  const folder = temporaryFolder()
  return { folder, file: join(folder, 'oauth_creds.json'), lock: join(folder, 'oauth_creds.lock') }
}

test('the lock is next to the file while the action runs, and goes with it', async () => {
  const { file, lock, folder } = givenFolder()
  await withQwenCodeLock(file, async () => {
    expect(readFileSync(lock, 'utf8')).toMatch(/^[0-9a-f-]{36}$/)
    expect(statSync(lock).mode & 0o777).toBe(0o600)
  })
  await expect(withQwenCodeLock(file, async () => Promise.reject(new Error('x')))).rejects.toThrow('x')
  expect(readdirSync(folder)).toEqual([])
})

test('while qwen-code holds it we wait, longer each time, and take it once it is free', async () => {
  const { file, lock } = givenFolder()
  writeFileSync(lock, 'of qwen-code')
  const pauses: number[] = []
  const sleep = async (ms: number) => {
    pauses.push(ms)
    if (pauses.length === 4) await import('node:fs').then((fs) => fs.rmSync(lock))
  }
  expect(await withQwenCodeLock(file, async () => 'done', { sleep })).toBe('done')
  expect(pauses).toEqual([100, 150, 225, 337.5])
})

test('a lock that stays taken is left alone, and the error names it', async () => {
  const { file, lock } = givenFolder()
  writeFileSync(lock, 'of qwen-code')
  const pauses: number[] = []
  const sleep = async (ms: number) => pauses.push(ms)
  await expect(withQwenCodeLock(file, async () => 'never', { sleep })).rejects.toMatchObject({
    code: 'store_locked',
    message: expect.stringContaining(lock) as unknown,
  })
  expect(pauses).toHaveLength(20)
  expect(Math.max(...pauses)).toBe(2000)
  expect(readFileSync(lock, 'utf8')).toBe('of qwen-code')
})

test('a lock that has not been touched for more than ten seconds is taken over', async () => {
  const { file, lock, folder } = givenFolder()
  writeFileSync(lock, 'of one that died')
  const old = new Date(Date.now() - 11_000)
  utimesSync(lock, old, old)
  const sleep = async () => Promise.reject(new Error('there is nothing to wait for'))
  expect(await withQwenCodeLock(file, async () => 'done', { sleep })).toBe('done')
  expect(readdirSync(folder)).toEqual([])
})

test('a lock that another has taken over meanwhile is not removed', async () => {
  const { file, lock } = givenFolder()
  await withQwenCodeLock(file, async () => writeFileSync(lock, 'of another'))
  expect(existsSync(lock)).toBe(true)
})

import { expect, test } from 'vitest'
import { openBackup, sealBackup } from '../../../src/lib/store/backup-file.ts'

const CONTENT = Buffer.from('what a home holds')
const WORDS = 'some words to remember'
const CHEAP = { createdAt: '2026-11-22T00:00:00.000Z', scryptCost: 2 ** 10 }

const sealed = () => sealBackup(CONTENT, WORDS, CHEAP)

async function catchCode(bytes: Buffer, passphrase = WORDS): Promise<unknown> {
  return openBackup(bytes, passphrase, 'b').then(
    () => 'opened',
    (error: unknown) => (error as { code?: string }).code,
  )
}

test('with its passphrase, a backup opens to what was sealed, whatever code points the letters have', async () => {
  const bytes = await sealBackup(CONTENT, 'caf\u00e9 au lait', CHEAP)
  expect(await openBackup(bytes, 'cafe\u0301 au lait', 'b')).toEqual(CONTENT)
})

test('two backups of the same share no bytes behind their first line', async () => {
  const [one, two] = [await sealed(), await sealed()]
  const body = (bytes: Buffer) => bytes.subarray(bytes.indexOf('\n') + 1).toString('hex')
  expect(body(one)).not.toBe(body(two))
  expect(one.includes(CONTENT)).toBe(false)
})

test('with another passphrase, it stays closed, and says that it is the passphrase', async () => {
  expect(await catchCode(await sealed(), 'other words to remember')).toBe('vault_locked')
})

test('whichever byte was changed, it does not open', async () => {
  const bytes = await sealed()
  const codes = new Set<unknown>()
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 1
    codes.add(await catchCode(changed))
  }
  expect([...codes].sort()).toEqual(['invalid_value', 'store_corrupt', 'vault_locked'])
})

test('wherever it was cut off, it does not open, nor with bytes behind its end', async () => {
  const bytes = await sealed()
  for (let length = 0; length < bytes.length; length += 7) {
    expect(await catchCode(bytes.subarray(0, length))).not.toBe('opened')
  }
  expect(await catchCode(Buffer.concat([bytes, Buffer.from('x')]))).toBe('store_corrupt')
})

test('when a newer qwenctl made it, it is refused as such', async () => {
  const text = (await sealed()).toString('latin1').replace('"version":1', '"version":2')
  expect(await catchCode(Buffer.from(text, 'latin1'))).toBe('store_too_new')
})

test('when the first line asks for more memory than any backup needs, it is refused before that is spent', async () => {
  const text = (await sealed()).toString('latin1').replace('"N":1024', '"N":1073741824')
  expect(await catchCode(Buffer.from(text, 'latin1'))).toBe('store_corrupt')
})

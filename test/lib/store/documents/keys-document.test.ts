import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { JsonDocument } from '../../../../src/lib/store/documents/document.ts'
import { openKeysDocument } from '../../../../src/lib/store/documents/keys-document.ts'
import type { Home } from '../../../../src/lib/store/home.ts'
import { tempHome } from '../../../support/temp-home.ts'

function emptyHome(): Home {
  const home = tempHome()
  mkdirSync(dirname(home.keysFile), { recursive: true })
  return home
}

const key = {
  id: 'key_0123456789abcdef',
  name: 'ci',
  user: 'local',
  hash: 'a'.repeat(64),
  hint: 'qk_…f3a9',
  accounts: [],
  groups: [],
  models: [],
  limits: [],
  expiresAt: null,
  createdAt: '2026-11-22T12:00:00.000Z',
  isTemporary: false,
}
const former = { hash: 'b'.repeat(64), until: '2026-11-23T12:00:00.000Z' }

test('keys of version 1 are read as they were, with one former secret as a list', async () => {
  const home = emptyHome()
  const keys = [key, { ...key, isPaused: true, former }, { ...key, former: null }]
  writeFileSync(home.keysFile, JSON.stringify({ version: 1, keys, own: 'stays' }))
  expect(await openKeysDocument(home).read()).toEqual({
    version: 2,
    keys: [key, { ...key, isPaused: true, former: [former] }, key],
    own: 'stays',
  })
})

test('a program that knows version 1 alone refuses keys that were written since', async () => {
  const home = emptyHome()
  writeFileSync(home.keysFile, JSON.stringify({ version: 1, keys: [key] }))
  await openKeysDocument(home).update(({ keys: [first] }) => {
    first!.isPaused = true
  })
  expect(JSON.parse(readFileSync(home.keysFile, 'utf8'))).toEqual({
    version: 2,
    keys: [{ ...key, isPaused: true }],
  })
  const older = new JsonDocument({
    file: home.keysFile,
    kind: 'client key store',
    version: 1,
    empty: () => ({ version: 1, keys: [] }),
  })
  await expect(older.read()).rejects.toMatchObject({ code: 'store_too_new' })
})

test.each(['', 'key"', 'key\\', 'key\n', 'key_1","keep":9,"x":"', 'key 1', 7])(
  'an id that is no plain word is refused: %j',
  async (id) => {
    const home = emptyHome()
    writeFileSync(home.keysFile, JSON.stringify({ version: 2, keys: [{ ...key, id }] }))
    await expect(openKeysDocument(home).read()).rejects.toMatchObject({ code: 'store_corrupt' })
  },
)

test.each([
  { former },
  { former: [{ hash: 'short', until: former.until }] },
  { former: [{ hash: former.hash, until: 'soon' }] },
  { former: [null] },
])('former secrets that are not a list of hashes with times are refused: %j', async (wrong) => {
  const home = emptyHome()
  writeFileSync(home.keysFile, JSON.stringify({ version: 2, keys: [{ ...key, ...wrong }] }))
  await expect(openKeysDocument(home).read()).rejects.toMatchObject({ code: 'store_corrupt' })
})

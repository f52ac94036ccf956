// Without a shared store, a machine counts in its own files. So a configuration that cannot be read is an error.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { QwenctlError } from '../../../../src/lib/base/errors.ts'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { openStore } from '../../../../src/lib/store/redis/open-store.ts'
import { findStorePlace } from '../../../../src/lib/store/redis/store-place.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

function givenHome(config: string | null, variables: Record<string, string> = {}) {
  const folder = temporaryFolder()
  const home = resolveHome({ QWENCTL_HOME: folder, ...variables })
  if (config !== null) writeFileSync(home.configFile, config)
  return home
}

describe('the files of the home are the store', () => {
  test.each([
    ['no configuration', null],
    ['an empty one', ''],
    ['one without a store', 'port: 3000\n'],
    ['an empty section', 'store:\n'],
    ['an empty address', 'store: { url: "", prefix: blue }\n'],
  ])('with %s', async (_, config) => {
    expect(await findStorePlace(givenHome(config))).toBeNull()
  })
})

test('the section names the store, and variables override it', async () => {
  const config = 'store:\n  url: redis://h\n  prefix: blue\n  ack: replica\n'
  const written = { url: 'redis://h', prefix: 'blue', ack: 'replica' }
  expect(await findStorePlace(givenHome(config))).toEqual(written)
  const variables = { QWENCTL_STORE_URL: 'redis://other', QWENCTL_STORE_ACK: 'primary' }
  const place = await findStorePlace(givenHome(config, variables))
  expect(place).toEqual({ url: 'redis://other', prefix: 'blue', ack: 'primary' })
})

test.each([
  ['a section that is text', 'store: redis://u:s3cret@h\n', 'store in '],
  ['an address that is a list', 'store: { url: [redis://u:s3cret@h] }\n', 'store.url in '],
  ['a prefix that is a number', 'store: { url: redis://h, prefix: 7 }\n', 'store.prefix in '],
  ['an unknown ack', 'store: { url: redis://h, ack: both }\n', 'store.ack is "both"'],
  ['a section that does not end', 'store: [\n', 'cannot be understood'],
])('%s is refused, without its password', async (_, config, message) => {
  const error = await findStorePlace(givenHome(config)).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'invalid_value', message: expect.stringContaining(message) as string })
  const { message: shown, hint } = error as QwenctlError
  expect(`${shown} ${hint}`).not.toContain('s3cret')
})

test('a configuration that cannot be read is refused, and is read again at the next use', async () => {
  const home = givenHome(null)
  mkdirSync(home.configFile)
  await expect(openStore(home)).rejects.toMatchObject({
    code: 'store_unwritable',
    message: expect.stringContaining(home.configFile) as string,
  })
  rmSync(home.configFile, { recursive: true })
  expect(await openStore(home)).toBeNull()
})

import { expect, test } from 'vitest'
import { once } from '../../../src/lib/toolkit/once.ts'
import { acme, filesBelow, givenToolkit, KEY, NOON } from './temporary-home.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

test('when a toolkit is opened and not used, nothing is asked, read or written', async () => {
  const home = temporaryFolder()
  let asked = 0
  const toolkit = await givenToolkit({
    home,
    loadProviders: async () => {
      asked += 1
      return { answers: [], failures: [] }
    },
  })
  await toolkit.close()
  expect(asked).toBe(0)
  expect(await filesBelow(home)).toEqual([])
})

test('when no loader is given, the built-in providers are there', async () => {
  const providers = await (await givenToolkit()).providers()
  expect(providers.has('custom')).toBe(true)
  expect(providers.problems).toEqual([])
})

test('when a plugin fails, its name and what it said are warned about and the others work', async () => {
  const toolkit = await givenToolkit({
    loadProviders: async () => ({
      answers: [{ plugin: 'good', providers: [acme()] }],
      failures: [{ plugin: 'bad-plugin', message: 'no such file' }],
    }),
  })
  await toolkit.accounts.add({ provider: 'acme', secret: KEY })
  expect(toolkit.warnings().join('\n')).toMatch(/bad-plugin.*no such file/)
})

test('when the clock is behind the ledger, a message says so', async () => {
  const home = temporaryFolder()
  const ahead = await givenToolkit({ home, providers: [acme()], clock: () => NOON + 3_600_000 })
  await ahead.accounts.add({ provider: 'acme', secret: KEY })
  await ahead.close()
  const behind = await givenToolkit({ home, providers: [acme()] })
  await behind.ledger()
  expect(behind.warnings().join()).toContain('1 h behind')
})

test('when making something fails, the next use makes it again and then keeps it', async () => {
  let tries = 0
  const make = once(async () => {
    tries += 1
    if (tries === 1) throw new Error('first')
    return tries
  })
  await expect(make()).rejects.toThrow('first')
  expect(await Promise.all([make(), make()])).toEqual([2, 2])
})

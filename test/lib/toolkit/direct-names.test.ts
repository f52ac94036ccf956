import { expect, test } from 'vitest'
import { resolveHome } from '../../../src/lib/store/home.ts'
import { readNames } from '../../../src/lib/toolkit/direct-names.ts'
import { openToolkit } from '../../../src/lib/toolkit/open-toolkit.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

test('models are those that the accounts are known to have, within the filter', async () => {
  const env = { QWENCTL_HOME: temporaryFolder() }
  const toolkit = openToolkit({ env })
  const add = (name: string, user: string, models: string[] | null) =>
    toolkit.accounts.add({
      provider: 'custom',
      name,
      user,
      models,
      secret: 'sk-0123456789abcdef',
      baseUrl: `http://127.0.0.1:9/${name}/v1`,
    })
  await add('a', 'alice', ['m2', 'm1'])
  await add('b', 'bob', null)
  const bobs = (await toolkit.accounts.records()).find(({ name }) => name === 'b')!
  toolkit.models.keepList(bobs, [{ id: 'fetched', created: null }])
  await toolkit.close()
  const names = async (filter: { user?: string }) =>
    (await readNames(resolveHome(env), 'model', filter)).map(({ value }) => value)
  expect(await names({})).toEqual(['fetched', 'm1', 'm2'])
  expect(await names({ user: 'alice' })).toEqual(['m1', 'm2'])
})

test('every form of the name of an account says which account it is', async () => {
  const env = { QWENCTL_HOME: temporaryFolder() }
  const toolkit = openToolkit({ env })
  await toolkit.accounts.add({ provider: 'sandbox', name: 'a1', user: 'ann' })
  const forms = async () =>
    (await readNames(resolveHome(env), 'account', {})).map(({ value, account }) => [value, account])
  const a1 = 'ann:sandbox/a1'
  expect(await forms()).toEqual(['a1', 'sandbox/a1'].map((value) => [value, a1]))
  await toolkit.accounts.add({ provider: 'sandbox', name: 'a1', user: 'bob' })
  await toolkit.close()
  expect(await forms()).toEqual([a1, 'bob:sandbox/a1'].map((value) => [value, value]))
})

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

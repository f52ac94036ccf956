import { expect, test } from 'vitest'
import { addMany } from '../../../src/commands/base/add-many.ts'
import { openToolkit } from '../../../src/lib/toolkit/open-toolkit.ts'
import { runBinary } from '../../support/cli.ts'
import { givenUpstream, json } from '../../support/servers/fake-upstream.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

test('--many adds an account for each key, with names and settings, and never shows a key', async () => {
  const home = temporaryFolder()
  const argv = ['auth', 'add', '-p', 'openai', '--many', '--no-verify', '--limit', '5/day', '--json']
  const added = await runBinary(home, argv, { stdin: 'work=sk-0123456789abcdefA\nsk-0123456789abcdefB\n' })
  expect(added.exit, added.stderr).toBe(0)
  const { accounts } = JSON.parse(added.stdout) as { accounts: { name: string; limits: { max: number }[] }[] }
  expect(accounts.map(({ name, limits }) => [name, limits[0]?.max])).toEqual([
    ['work', 5],
    ['openai', 5],
  ])
  expect(added.stdout + added.stderr).not.toContain('0123456789abcdef')
  const again = await runBinary(home, argv, {
    stdin: 'new=sk-0123456789abcdefC\nwork=sk-0123456789abcdefD\n',
  })
  expect([again.exit, JSON.parse(again.stdout)]).toMatchObject([2, { error: { code: 'name_in_use' } }])
  const named = await runBinary(home, ['auth', 'add', 'x', '-p', 'openai', '--many', '--json'], {
    stdin: 'k',
  })
  expect([named.exit, JSON.parse(named.stdout)]).toMatchObject([2, { error: { code: 'invalid_usage' } }])
})

test('one refused key, and nothing is stored', async () => {
  const upstream = await givenUpstream()
  upstream.next(json(200, { object: 'list', data: [] }))
  upstream.always(json(401, { error: { message: 'bad key' } }))
  const toolkit = openToolkit({ env: { QWENCTL_HOME: temporaryFolder() } })
  const keys = ['a', 'b'].map((name) => ({ name, key: `sk-0123456789abcdef${name}` }))
  const base = { provider: 'custom', baseUrl: upstream.baseUrl }
  await expect(addMany(toolkit, keys, { base, verify: true })).rejects.toMatchObject({
    code: 'credentials_refused',
  })
  expect(await toolkit.accounts.list()).toEqual([])
  expect(await addMany(toolkit, keys, { base, verify: false })).toHaveLength(2)
  await toolkit.close()
})

test('without verification too, one name that is not allowed, and nothing is stored', async () => {
  const toolkit = openToolkit({ env: { QWENCTL_HOME: temporaryFolder() } })
  const base = { provider: 'custom', baseUrl: 'http://127.0.0.1:9/v1' }
  const keys = ['a', 'bad name'].map((name) => ({ name, key: 'sk-0123456789abcdefa' }))
  await expect(addMany(toolkit, keys, { base, verify: false })).rejects.toMatchObject({
    code: 'invalid_value',
  })
  expect(await toolkit.accounts.list()).toEqual([])
  await toolkit.close()
})

test('names of other users are free', async () => {
  const toolkit = openToolkit({ env: { QWENCTL_HOME: temporaryFolder() } })
  const base = { provider: 'custom', baseUrl: 'http://127.0.0.1:9/v1' }
  const keys = [{ name: 'a', key: 'sk-0123456789abcdefa' }]
  for (const more of [{ user: 'bob' }, {}])
    expect(await addMany(toolkit, keys, { base: { ...base, ...more }, verify: false })).toHaveLength(1)
  expect((await toolkit.accounts.list()).map(({ user }) => user)).toEqual(['bob', 'local'])
  await expect(addMany(toolkit, keys, { base, verify: false })).rejects.toMatchObject({ code: 'name_in_use' })
  await toolkit.close()
})

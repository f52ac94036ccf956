import { expect, test } from 'vitest'
import { parseDocument, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import type { Shown } from '../../support/cli.ts'

async function json(home: string, ...argv: string[]): Promise<Shown> {
  return parseDocument(await runCommand(home, [...argv, '--json']))
}

async function homeWith(...names: string[]): Promise<string> {
  const home = temporaryFolder()
  for (const name of names)
    await runCommand(home, ['auth', 'add', name, '-p', 'sandbox', '-g', `group-${name}`])
  return home
}

test('when an account is changed, only what was given changes', async () => {
  const home = await homeWith('work')
  const { account } = await json(
    home,
    'accounts',
    'set',
    'work',
    '--priority',
    '2',
    '--limit',
    '5/hour',
    '--quota-group',
    'org',
  )
  expect(account).toMatchObject({ priority: 2, weight: 1, quotaGroup: 'org', groups: ['group-work'] })
  expect(account.limits).toMatchObject([{ max: 5, source: 'configured' }])
  const cleared = await json(home, 'accounts', 'set', 'work', '--limit', '', '--quota-group', '')
  expect(cleared.account).toMatchObject({
    priority: 2,
    quotaGroup: null,
    limits: [{ max: 50, source: 'default' }],
  })
})

test('when nothing to change is given, or a value is wrong, nothing changes', async () => {
  const home = await homeWith('work')
  expect(await json(home, 'accounts', 'set', 'work')).toMatchObject({
    error: { code: 'invalid_usage', exit: 2 },
  })
  expect(await json(home, 'accounts', 'set', 'work', '--weight', '0')).toMatchObject({
    error: { code: 'invalid_usage' },
  })
  expect(await json(home, 'accounts', 'set', 'work', '--priority', 'high')).toMatchObject({
    error: { exit: 2 },
  })
  expect(await json(home, 'accounts', 'show', 'work')).toMatchObject({ account: { priority: 0, weight: 1 } })
})

test('when several accounts or a group are disabled, the answer lists them all', async () => {
  const home = await homeWith('a', 'b', 'c')
  const states = async () => (await json(home, 'auth', 'list')).accounts.map((one) => one.status)
  expect(await json(home, 'accounts', 'disable', 'a', 'b')).toMatchObject({
    accounts: [{ name: 'a' }, { name: 'b' }],
  })
  expect(await states()).toEqual(['disabled', 'disabled', 'ready'])
  expect(await json(home, 'accounts', 'enable', 'a')).toMatchObject({ account: { name: 'a', enabled: true } })
  expect(await json(home, 'accounts', 'disable', '--group', 'group-c')).toMatchObject({
    accounts: [{ name: 'c' }],
  })
  expect(await states()).toEqual(['ready', 'disabled', 'disabled'])
  expect(await json(home, 'accounts', 'disable')).toMatchObject({ error: { code: 'invalid_usage', exit: 2 } })
  expect(await json(home, 'accounts', 'disable', '-g', 'nobody')).toMatchObject({ error: { exit: 3 } })
})

test('when an account is renamed, it keeps its id and answers to the new name alone', async () => {
  const home = await homeWith('work')
  const { account } = await json(home, 'accounts', 'show', 'work')
  expect(await json(home, 'accounts', 'rename', 'work', 'office')).toMatchObject({
    account: { id: account.id, name: 'office' },
  })
  expect(await json(home, 'accounts', 'show', 'work')).toMatchObject({
    error: { code: 'account_not_found', exit: 3 },
  })
})

test('when no account is named, the default one is meant, else the only one', async () => {
  const home = await homeWith('a')
  expect(await json(home, 'accounts', 'default')).toEqual({ account: null })
  expect(await json(home, 'accounts', 'show')).toMatchObject({ account: { name: 'a' } })
  await runCommand(home, ['auth', 'add', 'b', '-p', 'sandbox'])
  expect(await json(home, 'accounts', 'show')).toMatchObject({ error: { code: 'missing_answer', exit: 2 } })
  expect(await json(home, 'accounts', 'default', 'b')).toMatchObject({
    account: { name: 'b', isDefault: true },
  })
  expect(await json(home, 'accounts', 'show')).toMatchObject({ account: { name: 'b' } })
})

test('when two users have an account of that name, it is ambiguous until --user names one', async () => {
  const home = await homeWith('work')
  await runCommand(home, ['auth', 'add', 'work', '-p', 'sandbox', '--user', 'bob'])
  expect(await json(home, 'accounts', 'show', 'work')).toMatchObject({
    error: { code: 'ambiguous_account', exit: 2 },
  })
  expect(await json(home, 'accounts', 'show', 'work', '--user', 'bob')).toMatchObject({
    account: { user: 'bob' },
  })
  expect(await json(home, 'auth', 'list', '--user', 'bob')).toMatchObject({ accounts: [{ user: 'bob' }] })
})

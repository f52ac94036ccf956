import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { accountFolder } from '../../../../src/lib/store/account-folder.ts'
import { acme, givenToolkit, KEY, ledgerEvents, NOON } from '../temporary-home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const other = 'sk-ffffffffffffffffffffffffffffffff'

describe('adding an account', () => {
  test('when only the provider and a key are given, everything else gets its default', async () => {
    const { accounts } = await givenToolkit({ providers: [acme()] })
    const view = await accounts.add({ provider: 'acme', name: 'work', secret: KEY })
    expect(view).toMatchObject({
      user: 'local',
      provider: 'acme',
      name: 'work',
      groups: [],
      priority: 0,
      weight: 1,
      enabled: true,
      status: 'ready',
      statusReason: null,
      availableAt: null,
      auth: { type: 'api-key', expiresAt: null },
      baseUrl: null,
      quotaGroup: null,
      egressProxy: null,
      models: null,
      isDefault: false,
      createdAt: new Date(NOON).toISOString(),
    })
    expect(view.id).toMatch(/^acc_\w{16}$/)
    expect(view.limits).toMatchObject([
      { max: 100, window: 'day', used: 0, remaining: 100, source: 'default' },
    ])
  })

  test('when everything is given, it is kept as it was said', async () => {
    const { accounts } = await givenToolkit({ providers: [acme()] })
    await accounts.add({
      provider: 'acme',
      name: 'work',
      user: 'anna',
      secret: KEY,
      groups: ['team', 'team', 'eu'],
      priority: -2,
      weight: 3,
      limits: ['5/minute', '1000tokens/day'],
      baseUrl: 'http://127.0.0.1:9/v1/',
      quotaGroup: 'org',
      egressProxy: 'http://me:hidden-word@proxy.example:8080',
      models: ['a', 'b', 'a'],
    })
    const view = await accounts.show('anna:acme/work')
    expect(view).toMatchObject({
      groups: ['team', 'eu'],
      priority: -2,
      weight: 3,
      baseUrl: 'http://127.0.0.1:9/v1',
      quotaGroup: 'org',
      models: ['a', 'b'],
    })
    expect(view.limits.map(({ max, metric, window, source }) => [max, metric, window, source])).toEqual([
      [5, 'requests', 'minute', 'configured'],
      [1000, 'tokens', 'day', 'configured'],
    ])
    expect(view.egressProxy).toContain('proxy.example:8080')
    expect(view.egressProxy).not.toContain('hidden-word')
  })

  test('when the base URL is that of a plan, the plan’s default limits hold', async () => {
    const { accounts } = await givenToolkit({ providers: [acme()] })
    const byUrl = await accounts.add({
      provider: 'acme',
      secret: KEY,
      baseUrl: 'https://plan.acme.example/v1',
    })
    const byId = await accounts.add({ provider: 'acme', secret: other, baseUrl: 'plan' })
    for (const view of [byUrl, byId]) {
      expect(view.baseUrl).toBe('https://plan.acme.example/v1')
      expect(view.limits).toMatchObject([{ max: 50, window: '5h@first-use', source: 'default' }])
    }
  })

  test('when no name is given, the first free of PROVIDER, PROVIDER-2, ... is taken', async () => {
    const { accounts } = await givenToolkit({ providers: [acme()] })
    const names = []
    for (const digit of ['1', '2', '3']) {
      names.push((await accounts.add({ provider: 'acme', secret: `sk-${digit}aaaaaaaaaaaaaaaaaaa` })).name)
    }
    expect(names).toEqual(['acme', 'acme-2', 'acme-3'])
  })

  test('when the name is taken at that provider by that user, says which name is free', async () => {
    const { accounts } = await givenToolkit({ providers: [acme()] })
    await accounts.add({ provider: 'acme', name: 'work', secret: KEY })
    await expect(accounts.add({ provider: 'acme', name: 'work', secret: other })).rejects.toMatchObject({
      code: 'name_in_use',
      message: 'there is already an account acme/work',
      hint: expect.stringContaining('work-2') as string,
    })
    await accounts.add({ provider: 'acme', name: 'work', user: 'anna', secret: other })
    expect(await accounts.list()).toHaveLength(2)
  })

  test('when many toolkits add the same name at once, exactly one succeeds', async () => {
    const home = temporaryFolder()
    const toolkits = await Promise.all([1, 2, 3, 4].map(() => givenToolkit({ home, providers: [acme()] })))
    const results = await Promise.allSettled(
      toolkits.map(({ accounts }) => accounts.add({ provider: 'acme', name: 'work', secret: KEY })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await toolkits[0]?.accounts.records()).toHaveLength(1)
  })

  test('when a file or pipe ended the key with a newline, the newline alone is dropped', async () => {
    const { accounts } = await givenToolkit({ providers: [acme()] })
    await accounts.add({ provider: 'acme', name: 'work', secret: `${KEY}\r\n` })
    expect(await accounts.readSecret(await accounts.find('work'))).toBe(KEY)
  })

  test('when another account has the same key, it is added with a warning that names that account', async () => {
    const toolkit = await givenToolkit({ providers: [acme()] })
    await toolkit.accounts.add({ provider: 'acme', name: 'one', secret: KEY })
    expect(toolkit.warnings().join()).not.toContain('the same key')
    await toolkit.accounts.add({ provider: 'acme', name: 'two', secret: KEY })
    expect(toolkit.warnings()).toContainEqual(expect.stringMatching(/^local:acme\/one uses the same key/))
  })

  test('when the way to the base URL is open for all to read, warns; on this machine it does not', async () => {
    const toolkit = await givenToolkit({ providers: [acme()] })
    await toolkit.accounts.add({ provider: 'acme', secret: KEY, baseUrl: 'http://127.0.0.1:9/v1' })
    expect(toolkit.warnings().join()).not.toContain('encrypted')
    await toolkit.accounts.add({ provider: 'acme', secret: other, baseUrl: 'http://api.example.com' })
    expect(toolkit.warnings().join()).toContain('http://api.example.com is not encrypted')
  })

  test('when the provider needs no credential, none is asked for', async () => {
    const { accounts } = await givenToolkit({ providers: [acme({ needsCredential: false })] })
    const view = await accounts.add({ provider: 'acme' })
    expect(view.auth).toEqual({ type: 'none', hint: null, expiresAt: null })
    expect(await accounts.readSecret(await accounts.find('acme'))).toBe('')
  })

  test('when a user is set for the home, an account that names none is theirs', async () => {
    const byVariable = await givenToolkit({ providers: [acme()], env: { QWENCTL_USER: 'anna' } })
    expect((await byVariable.accounts.add({ provider: 'acme', secret: KEY })).user).toBe('anna')
    const byOption = await givenToolkit({ providers: [acme()], env: { QWENCTL_USER: 'anna' }, user: 'ben' })
    expect((await byOption.accounts.add({ provider: 'acme', secret: KEY })).user).toBe('ben')
  })
})

describe('the life of an account', () => {
  async function givenWork() {
    const toolkit = await givenToolkit({ providers: [acme()] })
    await toolkit.accounts.add({ provider: 'acme', name: 'work', secret: KEY })
    return toolkit
  }

  test('when it is removed, it is out of the list and kept in the archive', async () => {
    const { accounts, home } = await givenWork()
    await accounts.setDefault('work')
    const removed = await accounts.remove('work', { purge: false })
    expect(removed.name).toBe('work')
    expect(await accounts.list()).toEqual([])
    expect(await accounts.getDefault()).toBeNull()
    const data = JSON.parse(await readFile(home.accountsFile, 'utf8'))
    expect(data.archived).toMatchObject([{ id: removed.id, archivedAt: new Date(NOON).toISOString() }])
    await expect(accounts.find('work')).rejects.toMatchObject({ code: 'account_not_found' })
  })

  test('when it is purged, neither its record nor its folder is left', async () => {
    const { accounts, home } = await givenWork()
    const account = await accounts.find('work')
    const folder = accountFolder(home, account)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'note'), 'x')
    await accounts.remove('work', { purge: true })
    expect(existsSync(folder)).toBe(false)
    const text = await readFile(home.accountsFile, 'utf8')
    expect(text).not.toContain(account.id)
  })

  test('when it is renamed, it keeps its id, key and folder, and a taken name is refused', async () => {
    const { accounts, home } = await givenWork()
    const before = await accounts.find('work')
    await mkdir(accountFolder(home, before), { recursive: true })
    await writeFile(join(accountFolder(home, before), 'note'), 'x')
    const view = await accounts.rename('work', 'office')
    expect(view).toMatchObject({ id: before.id, name: 'office' })
    const after = await accounts.find('office')
    expect(await accounts.readSecret(after)).toBe(KEY)
    expect(existsSync(join(accountFolder(home, after), 'note'))).toBe(true)
    await accounts.add({ provider: 'acme', name: 'work', secret: other })
    await expect(accounts.rename('work', 'office')).rejects.toMatchObject({ code: 'name_in_use' })
    expect((await accounts.rename('office', 'office')).name).toBe('office')
  })

  test('when a folder of the new name is in the way, says so and renames nothing', async () => {
    const { accounts, home } = await givenWork()
    const account = await accounts.find('work')
    for (const name of ['work', 'office']) {
      const folder = accountFolder(home, { ...account, name })
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'note'), name)
    }
    await expect(accounts.rename('work', 'office')).rejects.toMatchObject({ code: 'store_unwritable' })
    expect((await accounts.list()).map(({ name }) => name)).toEqual(['work'])
  })

  test('when it is disabled and enabled again, its status says so', async () => {
    const { accounts } = await givenWork()
    expect(await accounts.setEnabled('work', false)).toMatchObject({ enabled: false, status: 'disabled' })
    expect(await accounts.setEnabled('work', true)).toMatchObject({ enabled: true, status: 'ready' })
  })

  test('when limits are set and taken back, the ledger follows, and what was used stays used', async () => {
    const toolkit = await givenWork()
    const { accounts } = toolkit
    const { id } = await accounts.find('work')
    await (await toolkit.ledger()).reserve({ account: id })
    const tight = await accounts.set('work', { limits: ['10/day'] })
    expect(tight.limits).toMatchObject([{ max: 10, used: 1, remaining: 9, source: 'configured' }])
    const loose = await accounts.set('work', { limits: [] })
    expect(loose.limits).toMatchObject([{ max: 100, used: 1, remaining: 99, source: 'default' }])
  })

  test('when attributes are set, the others stay', async () => {
    const { accounts } = await givenWork()
    await accounts.set('work', { groups: ['team'], quotaGroup: 'org' })
    const view = await accounts.set('work', {
      priority: 5,
      egressProxy: 'http://u:pw@p.example:1',
      models: ['m'],
    })
    expect(view).toMatchObject({ groups: ['team'], quotaGroup: 'org', priority: 5, models: ['m'] })
    const undone = await accounts.set('work', { quotaGroup: null, egressProxy: null, models: null })
    expect(undone).toMatchObject({ groups: ['team'], quotaGroup: null, egressProxy: null, models: null })
  })

  test('when a refused account gets a new key, it is ready again with that key', async () => {
    const toolkit = await givenWork()
    const account = await toolkit.accounts.find('work')
    const ledger = await toolkit.ledger()
    await ledger.record([{ type: 'cool', subject: account.id, until: null, reason: 'auth-dead' }])
    expect(await toolkit.accounts.show('work')).toMatchObject({ status: 'key-refused', availableAt: null })
    expect(await toolkit.accounts.set('work', { secret: other })).toMatchObject({ status: 'ready' })
    expect(await toolkit.accounts.readSecret(await toolkit.accounts.find('work'))).toBe(other)
  })

  test('when an account is named the default, it alone says so', async () => {
    const { accounts } = await givenWork()
    await accounts.add({ provider: 'acme', name: 'two', secret: other })
    expect(await accounts.getDefault()).toBeNull()
    await accounts.setDefault('two')
    expect((await accounts.list()).map((view) => view.isDefault)).toEqual([false, true])
    expect((await accounts.getDefault())?.name).toBe('two')
  })

  test('when a value is bad, nothing at all is changed', async () => {
    const { accounts } = await givenWork()
    const before = await accounts.records()
    await expect(accounts.set('work', { priority: 3, limits: ['many'] })).rejects.toMatchObject({
      code: 'invalid_limit',
    })
    expect(await accounts.records()).toEqual(before)
  })

  test('when a list is filtered, user, provider and group all have to fit', async () => {
    const { accounts } = await givenWork()
    await accounts.add({ provider: 'acme', name: 'two', user: 'anna', groups: ['team'], secret: other })
    const names = async (filter: object) => (await accounts.list(filter)).map(({ name }) => name)
    expect(await names({ user: 'anna' })).toEqual(['two'])
    expect(await names({ group: 'team', user: 'local' })).toEqual([])
    expect(await names({ provider: 'acme' })).toEqual(['work', 'two'])
  })

  test('when an account is only looked at, the ledger gets no line', async () => {
    const toolkit = await givenWork()
    const before = (await ledgerEvents(toolkit, 'limits')).length
    await toolkit.accounts.list()
    await toolkit.accounts.setEnabled('work', false)
    expect((await ledgerEvents(toolkit, 'limits')).length).toBe(before)
    expect(before).toBe(1)
  })
})

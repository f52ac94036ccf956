import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import { builtinIds } from '../../../../src/lib/toolkit/providers/builtin-ids.ts'
import { readAccountList, readQuotaDocument } from '../../../../src/lib/toolkit/quota/direct-quota.ts'
import { acme, filesBelow, givenToolkit, ledgerEvents, NOON } from '../temporary-home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

async function givenThree(home?: string, provider = 'acme') {
  const toolkit = await givenToolkit({
    providers: [acme({ id: provider })],
    ...(home === undefined ? {} : { home }),
  })
  for (const [name, group] of [
    ['a', 'red'],
    ['b', 'blue'],
    ['c', 'red'],
  ] as const) {
    await toolkit.accounts.add({
      provider,
      name,
      secret: `sk-${name.repeat(20)}`,
      groups: [group],
      limits: ['1/day'],
      quotaGroup: 'org',
    })
  }
  return toolkit
}

const names = (document: { accounts: { name: string }[] }) => document.accounts.map(({ name }) => name)

describe('showing quotas', () => {
  test('when accounts are named, each is shown once in that order; a filter narrows all of them', async () => {
    const { quotas } = await givenThree()
    expect(names(await quotas.show([]))).toEqual(['a', 'b', 'c'])
    expect(names(await quotas.show(['c', 'acme/a', 'local:acme/c']))).toEqual(['c', 'a'])
    expect(names(await quotas.show([], { group: 'red' }))).toEqual(['a', 'c'])
    await expect(quotas.show(['nobody'])).rejects.toMatchObject({ code: 'account_not_found' })
  })

  test('when the home is empty, so is the document, and nothing is made on disk', async () => {
    const home = temporaryFolder()
    const { quotas, accounts } = await givenToolkit({ home })
    expect(await quotas.show([])).toMatchObject({
      now: new Date(NOON).toISOString(),
      accounts: [],
      totals: { accounts: 0, ready: 0, requests: 0, remaining: null },
    })
    expect(await accounts.list()).toEqual([])
    expect(await filesBelow(home)).toEqual([])
  })

  test('when another toolkit of the home counts, what is shown follows', async () => {
    const home = temporaryFolder()
    const first = await givenThree(home)
    const second = await givenToolkit({ home, providers: [acme()] })
    const { id } = await first.accounts.find('a')
    await (await second.ledger()).reserve({ account: id })
    for (const toolkit of [first, second]) {
      expect((await toolkit.quotas.show(['a'])).accounts).toMatchObject([
        { status: 'exhausted', limits: [{ used: 1 }] },
      ])
    }
  })
})

describe('resetting quotas', () => {
  test('when an account is reset, its counters and cooldowns end and history stays', async () => {
    const toolkit = await givenThree()
    const ledger = await toolkit.ledger()
    const { id } = await toolkit.accounts.find('a')
    const reservation = await ledger.reserve({ account: id })
    if (reservation !== null) ledger.settle(reservation, { outcome: 'ok' })
    await ledger.record([
      { type: 'cool', subject: id, until: null, reason: 'quota-hard' },
      { type: 'cool', subject: 'group:local:acme/org', until: null, reason: 'quota-hard' },
    ])
    expect((await toolkit.quotas.show(['a', 'b'])).totals.ready).toBe(0)
    const after = await toolkit.quotas.reset(['a'])
    expect(after.accounts).toMatchObject([
      { status: 'ready', limits: [{ used: 0 }], today: { requests: 1 }, cooldowns: [] },
    ])
    expect((await toolkit.quotas.show(['b'])).totals.ready).toBe(1)
  })

  test('when only cooldowns are ended, those of the account and its quota group end, and counters stay', async () => {
    const toolkit = await givenThree()
    const ledger = await toolkit.ledger()
    const { id } = await toolkit.accounts.find('a')
    await ledger.reserve({ account: id })
    await ledger.record([
      { type: 'cool', subject: id, model: 'm', until: null, reason: 'quota-hard' },
      { type: 'cool', subject: 'group:local:acme/org', until: null, reason: 'quota-hard' },
    ])
    const after = await toolkit.quotas.endCooldowns(['a'])
    expect(after.accounts).toMatchObject([{ status: 'exhausted', limits: [{ used: 1 }], cooldowns: [] }])
    expect((await toolkit.quotas.show(['b'])).totals.ready).toBe(1)
    expect(await ledgerEvents(toolkit, 'reset')).toEqual([])
  })

  test('when learned limits are forgotten, counters, cooldowns and the limits that were set stay', async () => {
    const toolkit = await givenThree()
    const ledger = await toolkit.ledger()
    const { id } = await toolkit.accounts.find('a')
    const taught = { metric: 'requests' as const, window: 'minute', max: 9, from: 'x-limit' }
    await ledger.reserve({ account: id })
    await ledger.record([
      { type: 'learn', account: id, limits: [taught, { ...taught, model: 'm' }] },
      { type: 'cool', subject: id, until: null, reason: 'quota-hard' },
    ])
    expect((await toolkit.quotas.show(['a'])).accounts[0]?.limits).toHaveLength(3)
    const after = await toolkit.quotas.forgetLearned(['a'])
    expect(after.accounts).toMatchObject([{ limits: [{ max: 1, used: 1 }], cooldowns: [{ until: null }] }])
    expect(after.accounts[0]?.limits).toHaveLength(1)
    expect(await ledgerEvents(toolkit, 'reset')).toEqual([])
    await expect(toolkit.quotas.forgetLearned(['nobody'])).rejects.toMatchObject({
      code: 'account_not_found',
    })
  })

  test('when an account is unknown, nothing is reset', async () => {
    const toolkit = await givenThree()
    await expect(toolkit.quotas.reset(['a', 'nobody'])).rejects.toMatchObject({ code: 'account_not_found' })
    expect(await ledgerEvents(toolkit, 'reset')).toEqual([])
  })

  test('when no account is named, the filter chooses those to reset', async () => {
    const toolkit = await givenThree()
    expect(names(await toolkit.quotas.reset([], { group: 'blue' }))).toEqual(['b'])
    expect(await ledgerEvents(toolkit, 'reset')).toHaveLength(1)
  })
})

describe('the direct way', () => {
  test('when a command reads the store directly, it gets the very documents of the toolkit', async () => {
    const toolkit = await givenThree(undefined, 'openai')
    await toolkit.accounts.setDefault('b')
    const { id } = await toolkit.accounts.find('a')
    await (await toolkit.ledger()).reserve({ account: id })
    const clock = () => NOON
    const direct = await readQuotaDocument(toolkit.home, { group: 'red' }, [], clock)
    expect(direct).toEqual(await toolkit.quotas.show([], { group: 'red' }))
    expect(direct?.accounts).toMatchObject([
      { limits: [{ used: 1, reserved: 1 }] },
      { limits: [{ used: 0 }] },
    ])
    const list = await readAccountList(toolkit.home, { user: 'local' }, clock)
    expect(list?.accounts).toEqual(await toolkit.accounts.list({ user: 'local' }))
  })

  test('when an account is at a provider of a plugin, it leaves the answer to the long way', async () => {
    const { home } = await givenThree()
    expect(await readQuotaDocument(home, {}, [], () => NOON)).toBeNull()
    expect(await readAccountList(home, {}, () => NOON)).toBeNull()
    const known = builtinProviders.map(({ id }) => id)
    expect([...builtinIds].sort()).toEqual(known.sort())
  })

  test('when it is loaded, neither providers nor vault, HTTP client, YAML nor oclif come with it', async () => {
    const script = `
      import { registerHooks } from 'node:module'
      const seen = []
      registerHooks({ resolve(name, context, next) { const found = next(name, context); seen.push(found.url); return found } })
      await import(process.argv[1])
      console.log(JSON.stringify(seen))`
    const entry = new URL('../../../../src/lib/toolkit/quota/direct-quota.ts', import.meta.url).href
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script, entry],
      {
        cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
      },
    )
    const seen = JSON.parse(stdout) as string[]
    expect(seen).toContain(entry)
    expect(
      seen.filter((url) => /provider\/|vault|\/got\/|\/yaml\/|oclif|inquirer|open-toolkit/.test(url)),
    ).toEqual([])
  })
})

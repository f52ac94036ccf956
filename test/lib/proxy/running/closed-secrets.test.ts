import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import { chat, givenUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, newAccount } from '../../../support/servers/proxy-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

type Change = (sealed: string) => string

const replacePart =
  (index: number, part: string): Change =>
  (sealed) =>
    sealed.split('.').with(index, part).join('.')

const faults: { name: string; change: Change; reason: string }[] = [
  { name: 'has a damaged tag', change: replacePart(3, 'A'.repeat(22)), reason: 'it was changed' },
  { name: 'is garbage', change: () => 'garbage', reason: 'it is not a sealed value' },
  {
    name: 'was sealed by another master key',
    change: replacePart(1, 'AAAAAAAA'),
    reason: 'it was sealed with a key that this home does not have (AAAAAAAA)',
  },
]

/** The first account of the home has a key that does not open. */
async function givenClosedAccount(change: Change) {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const home = temporaryFolder()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  await toolkit.accounts.add(newAccount({ name: 'shut' }, upstream.baseUrl))
  await toolkit.accounts.add(newAccount({ name: 'open' }, upstream.baseUrl))
  await toolkit.close()
  const repair = changeSealed(home, change)
  return { upstream, home, repair }
}

function changeSealed(home: string, change: Change): () => void {
  const file = join(home, 'accounts.json')
  const text = readFileSync(file, 'utf8')
  const { accounts } = JSON.parse(text) as { accounts: { credential: { sealed: string } }[] }
  const sealed = accounts[0]?.credential.sealed ?? ''
  writeFileSync(file, text.replace(sealed, change(sealed)))
  return () => writeFileSync(file, text)
}

const FIX = 'qwenctl accounts set custom/shut --key-stdin'

describe.each(faults)('when the sealed key of one account $name', ({ change, reason }) => {
  test('a proxy starts, names the account, its fault and the fix, and the others serve', async () => {
    const { upstream, home } = await givenClosedAccount(change)
    const proxy = await givenProxy({ home, troubles: /^custom\/shut does not serve: / })
    expect(proxy.troubles).toEqual([
      expect.stringMatching(/^custom\/shut does not serve: its key does not open: /),
    ])
    expect(proxy.troubles[0]).toContain(reason)
    expect(proxy.troubles[0]).toContain(FIX)
    const { shut } = await proxy.quota()
    expect(shut).toMatchObject({ status: 'no-key', fix: FIX })
    expect(shut?.statusReason).toContain(`its key does not open: ${reason}`)
    expect((await proxy.chat()).headers).toMatchObject({
      'x-qwenctl-account': 'open',
      'x-qwenctl-attempts': '1',
    })
    expect(upstream.keys).toEqual([makeKey('open')])
  })

  test('a check of all accounts names it, and checks the others', async () => {
    const { home } = await givenClosedAccount(change)
    const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
    const shut = await toolkit.accounts.verify('shut')
    expect(shut).toMatchObject({ result: 'refused', account: { status: 'no-key', fix: FIX } })
    expect(shut.message).toContain(`the key of custom/shut does not open: ${reason}`)
    expect(await toolkit.accounts.verify('open')).toMatchObject({ result: 'accepted' })
    await toolkit.close()
  })

  test('a new key under a running proxy brings it back', async () => {
    const { home } = await givenClosedAccount(change)
    const proxy = await givenProxy({ home, troubles: /^custom\/shut does not serve: / })
    await proxy.toolkit.accounts.set('shut', { secret: makeKey('other') })
    expect((await proxy.quota()).shut?.status).toBe('ready')
  })
})

test('an account that opens again serves without a command', async () => {
  const { home, repair } = await givenClosedAccount(() => 'garbage')
  const proxy = await givenProxy({ home, troubles: /^custom\/shut does not serve: / })
  repair()
  await expect.poll(async () => (await proxy.quota()).shut?.status, { timeout: 20_000 }).toBe('ready')
})

test('a lost key file is not replaced by a new one, and the message names the ways out', async () => {
  const { home, repair } = await givenClosedAccount((sealed) => sealed)
  repair()
  rmSync(join(home, 'master.key'))
  await expect(givenProxy({ home })).rejects.toMatchObject({
    code: 'vault_locked',
    message: expect.stringContaining('master.key is missing'),
    hint: expect.stringContaining('qwenctl auth storage --reset'),
  })
  expect(() => readFileSync(join(home, 'master.key'))).toThrow(/ENOENT/)
})

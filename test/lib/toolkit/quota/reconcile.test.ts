import { expect, test } from 'vitest'
import type { LimitRecord } from '../../../../src/lib/quota/log/events.ts'
import type { Provider } from '../../../../src/lib/provider/provider.ts'
import { reconcileLimits } from '../../../../src/lib/toolkit/quota/reconcile.ts'
import { acme, givenToolkit, KEY, ledgerEvents } from '../temporary-home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

async function givenHome(limits?: string[]) {
  const home = temporaryFolder()
  const toolkit = await givenToolkit({ home, providers: [acme()] })
  const { id } = await toolkit.accounts.add({
    provider: 'acme',
    name: 'work',
    secret: KEY,
    ...(limits === undefined ? {} : { limits }),
  })
  return { home, toolkit, id }
}

/** Opens the home again with this provider, and returns the limits afterwards. */
async function reopened(home: string, providers: Provider[]) {
  const toolkit = await givenToolkit({ home, providers })
  await toolkit.ledger()
  const { limits } = await toolkit.accounts.show('work')
  const events = (await ledgerEvents(toolkit, 'limits')).length
  return { limits: limits.map(({ max, window, source }) => `${max}/${window} ${source}`), events }
}

async function learn(home: string, rows: [max: number, window: string][], id: string): Promise<void> {
  const toolkit = await givenToolkit({ home, providers: [acme()] })
  const limits = rows.map(([max, window]) => ({ metric: 'requests' as const, max, window, from: 'x-limit' }))
  await (await toolkit.ledger()).record([{ type: 'learn', account: id, limits }])
}

test('when nothing differs, opening the ledger writes nothing', async () => {
  const { home } = await givenHome()
  expect(await reopened(home, [acme()])).toEqual({ limits: ['100/day default'], events: 1 })
})

test('when a release changes a default, accounts without limits of their own get the new one', async () => {
  const { home } = await givenHome()
  const changed = acme({ defaultLimits: ['70/day', '9/minute'] })
  expect(await reopened(home, [changed])).toEqual({
    limits: ['70/day default', '9/minute default'],
    events: 2,
  })
})

test('when limits were configured, a changed default does not touch them', async () => {
  const { home } = await givenHome(['5/day'])
  const changed = acme({ defaultLimits: ['70/day'] })
  expect(await reopened(home, [changed])).toEqual({ limits: ['5/day configured'], events: 1 })
})

test('when the plugin of an account is gone, its limits stay as they are', async () => {
  const { home } = await givenHome()
  expect(await reopened(home, [])).toEqual({ limits: ['100/day default'], events: 1 })
})

test('when the provider taught a tighter limit, it outlives reopening and a looser default', async () => {
  const { home, id } = await givenHome()
  await learn(
    home,
    [
      [40, 'day'],
      [3, 'minute'],
    ],
    id,
  )
  const kept = ['40/day learned', '3/minute learned']
  expect(await reopened(home, [acme()])).toEqual({ limits: kept, events: 1 })
  expect((await reopened(home, [acme({ defaultLimits: ['500/day'] })])).limits).toEqual(kept)
})

test('when the limit now configured is tighter than what was learned, it is the one that holds', async () => {
  const { home, id } = await givenHome()
  await learn(home, [[40, 'day']], id)
  const toolkit = await givenToolkit({ home, providers: [acme()] })
  expect((await toolkit.accounts.set('work', { limits: ['30/day'] })).limits).toMatchObject([
    { max: 30, source: 'configured', from: null },
  ])
  expect((await toolkit.accounts.set('work', { limits: ['90/day'] })).limits).toMatchObject([
    { max: 40, source: 'learned', from: 'x-limit' },
  ])
})

test('when an older version wrote learned limits among the others, the set ones come back beside them', async () => {
  const { home, toolkit, id } = await givenHome()
  const limits: LimitRecord[] = [{ metric: 'requests', max: 40, window: 'day', source: 'learned' }]
  await (await toolkit.ledger()).record([{ type: 'limits', account: id, limits }])
  expect(await reopened(home, [acme()])).toEqual({ limits: ['40/day learned'], events: 3 })
})

test('when accounts change under a running process, it can bring its ledger in line', async () => {
  const { home, toolkit } = await givenHome()
  const ledger = await toolkit.ledger()
  const providers = await toolkit.providers()
  const [account] = await toolkit.accounts.records()
  expect(account).toBeDefined()
  if (account === undefined) return
  const warnings: string[] = []
  const reconcile = (limits: string[] | null) =>
    reconcileLimits(ledger, [{ ...account, limits }], providers, (message) => warnings.push(message))
  expect(await reconcile(null)).toEqual([])
  expect(await reconcile(['8/day'])).toEqual([account.id])
  expect(await reconcile(['8/day', '9/day'])).toEqual([])
  expect(await reconcile(['plenty'])).toEqual([])
  expect(warnings).toEqual([expect.stringMatching(/^account local:acme\/work keeps .*plenty/)])
  expect((await reopened(home, [acme()])).limits).toEqual(['100/day default'])
})

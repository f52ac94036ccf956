import { expect, test } from 'vitest'
import { findJobOfKey } from '../../../../src/lib/account/client-key.ts'
import { AccountPools } from '../../../../src/lib/toolkit/jobs/runner/index.ts'
import { KEY, acme, givenToolkit } from '../temporary-home.ts'

test('runs of one job and account share a key, and none of the keys is left at the end', async () => {
  const toolkit = await givenToolkit({ clock: Date.now, providers: [acme()] })
  await toolkit.accounts.add({ provider: 'acme', name: 'one', secret: KEY })
  const [account] = await toolkit.accounts.records()
  const command = [process.execPath, '-e', '']
  await toolkit.jobs.add({ name: 'tick', every: '1m', all: true, overlap: 'allow', command })
  const job = await toolkit.jobs.find('tick')
  const pools = new AccountPools(toolkit, () => 'http://127.0.0.1:9')

  const [first, second] = await Promise.all([pools.poolFor(account!, job), pools.poolFor(account!, job)])
  expect(await pools.poolFor(account!, job)).toEqual(first)
  expect(second).toEqual(first)
  const keys = await toolkit.keys.records()
  expect(keys.map(({ id }) => findJobOfKey(id))).toEqual([job.id])

  await pools.close()
  expect(await toolkit.keys.records()).toEqual([])
})

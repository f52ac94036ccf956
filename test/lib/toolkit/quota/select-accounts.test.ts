import { expect, test } from 'vitest'
import { selectAccounts } from '../../../../src/lib/toolkit/quota/direct-quota.ts'
import { plainAccount } from '../../../../src/lib/account/account.ts'
import type { Account } from '../../../../src/lib/account/account.ts'

const COUNT = 2000

/** Accounts that count how often their user is read: a search reads it of every account. */
function givenAccounts() {
  const seen = { reads: 0 }
  const accounts = Array.from({ length: COUNT }, (_, index): Account => {
    const base = { id: `acc_${index}`, user: 'local', provider: 'custom', name: `n${index}` }
    const account = plainAccount({ ...base, createdAt: '2026-11-30T00:00:00.000Z' })
    return Object.defineProperty(account, 'user', {
      get: () => {
        seen.reads += 1
        return 'local'
      },
    })
  })
  return { accounts, seen }
}

test('the ids of all accounts are found in one pass', () => {
  const { accounts, seen } = givenAccounts()
  const ids = accounts.map(({ id }) => id)
  expect(selectAccounts(accounts, { user: 'local' }, ids.toReversed())).toEqual(accounts.toReversed())
  expect(seen.reads).toBeLessThan(10 * COUNT)
})

test('a reference that is repeated is searched once', () => {
  const { accounts, seen } = givenAccounts()
  const names = Array.from({ length: COUNT }, () => 'n7')
  expect(selectAccounts(accounts, { user: 'local' }, names)).toEqual([accounts[7]])
  expect(seen.reads).toBeLessThan(10 * COUNT)
})

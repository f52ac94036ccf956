import { expect, test } from 'vitest'
import { emptyState } from '../../../../src/lib/quota/log/fold.ts'
import { ClosedAccounts } from '../../../../src/lib/proxy/pool/closed-accounts.ts'
import { accountRecord } from '../../../support/account-record.ts'

test('a secret is opened once while its account exists, and again after the account was away', async () => {
  const opened: string[] = []
  const closed = new ClosedAccounts({
    accounts: {
      findClosed: ({ id }) => {
        opened.push(id)
        return Promise.resolve(null)
      },
    },
    ledger: { state: emptyState(), now: () => 0 },
    record: () => undefined,
    onTrouble: () => undefined,
  })
  const [one, two] = ['acc_1', 'acc_2'].map((id) => accountRecord({ id }))
  await closed.check([one!, two!])
  await closed.check([one!, two!])
  await closed.check([one!])
  await closed.check([one!, two!])
  expect(opened).toEqual(['acc_1', 'acc_2', 'acc_2'])
})

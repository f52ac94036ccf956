import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Account } from '../../../src/lib/account/account.ts'
import { shareAccountTexts } from '../../../src/lib/account/share-account-texts.ts'
import { accountRecord } from '../../support/account-record.ts'

const word = fc.constantFrom('a', 'b', 'a,b', '')
const list = fc.array(word, { maxLength: 2 })
const settings = fc.record({
  user: word,
  groups: list,
  limits: fc.option(list),
  models: fc.option(list),
  baseUrl: fc.option(word),
  quotaGroup: fc.option(word),
})

test('accounts that share their equal values have the same values as before', () => {
  fc.assert(
    fc.property(fc.array(settings), (all) => {
      const accounts: Account[] = all.map((each) => accountRecord(each))
      const before = structuredClone(accounts)
      shareAccountTexts(accounts)
      expect(accounts).toEqual(before)
    }),
  )
})

test.each(['groups', 'limits', 'models'] as const)(
  'equal lists of %s of two accounts become one list',
  (field) => {
    const [one, other] = [accountRecord({ [field]: ['a'] }), accountRecord({ [field]: ['a'] })]
    shareAccountTexts([one, other])
    expect(one[field]).toBe(other[field])
  },
)

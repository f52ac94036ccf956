import { expect, test } from 'vitest'
import { formatCount, pluralize } from '../../../../src/lib/base/text/count-noun.ts'

test('a noun is singular for one thing only', () => {
  expect([0, 1, 2].map((count) => formatCount(count, 'request'))).toEqual([
    '0 requests',
    '1 request',
    '2 requests',
  ])
  expect([1, 2].map((count) => pluralize(count, 'entry', 'entries'))).toEqual(['entry', 'entries'])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RunningIds } from '../../../src/lib/base/running-ids.ts'

test('names begin alike and end with the number that each of them has', () => {
  const ids = new RunningIds('req-a1')
  const count = 36 ** 3 + 2
  const made = Array.from({ length: count }, () => ids.next())
  expect(made).toEqual(Array.from({ length: count }, (_, n) => `req-a1-${n.toString(36)}`))
})

test('whatever the beginning, names of one and of another do not change each other', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[\x20-\x7e]{0,40}$/),
      fc.stringMatching(/^[\x20-\x7e]{0,40}$/),
      (a, b) => {
        const [of, other] = [new RunningIds(a), new RunningIds(b)]
        expect([of.next(), other.next(), of.next(), other.next()]).toEqual([
          `${a}-0`,
          `${b}-0`,
          `${a}-1`,
          `${b}-1`,
        ])
      },
    ),
  )
})

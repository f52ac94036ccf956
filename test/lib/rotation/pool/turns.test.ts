import { expect, test } from 'vitest'
import { Turns } from '../../../../src/lib/rotation/pool/turns.ts'

test('an account keeps its place on the time line when its weight changes', () => {
  const turns = new Turns()
  expect(turns.count('a', 3)).toBe(0)
  turns.take('a', 2, 6)
  expect([turns.count('a', 2), turns.count('a', 4), turns.count('a', 1)]).toEqual([6, 12, 3])
  expect(turns.count('b', 2)).toBe(0)
})

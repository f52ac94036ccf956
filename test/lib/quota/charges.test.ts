// The flat list of charges against a list of objects, in any order of additions, returns and drops.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Charge } from '../../../src/lib/quota/charges.ts'
import {
  dropCharges,
  findAfter,
  listCharges,
  pushCharge,
  shiftCharges,
  sumBefore,
  takeCharge,
} from '../../../src/lib/quota/charges.ts'

const step = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), wait: fc.nat(3), amount: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('take' as const), at: fc.nat(60), amount: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('drop' as const), count: fc.nat(2) }),
  fc.record({ kind: fc.constant('shift' as const), shift: fc.integer({ min: -5, max: 5 }) }),
)

test('the flat list holds the same charges as a list of objects', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(80), (steps, after) => {
      const flat: number[] = []
      let plain: Charge[] = []
      let now = 0
      for (const each of steps) {
        if (each.kind === 'push') {
          now += each.wait
          const last = plain.at(-1)
          if (last?.at === now) last.amount += each.amount
          else plain.push({ at: now, amount: each.amount })
          pushCharge(flat, { at: now, amount: each.amount })
        } else if (each.kind === 'take') {
          const found = plain.find(({ at }) => at >= each.at)
          const isTaken = found !== undefined && found.amount >= each.amount
          if (isTaken) found.amount -= each.amount
          expect(takeCharge(flat, each)).toBe(isTaken)
        } else if (each.kind === 'drop') {
          plain = plain.slice(each.count)
          dropCharges(flat, each.count)
        } else {
          now += each.shift
          for (const charge of plain) charge.at += each.shift
          shiftCharges(flat, each.shift)
        }
      }
      expect(listCharges(flat)).toEqual(plain)
      const first = plain.findIndex(({ at, amount }) => at > after && amount > 0)
      expect(findAfter(flat, after)).toBe(first < 0 ? -1 : first * 2)
      const earlier = plain.filter(({ at }) => at < after)
      expect(sumBefore(flat, after)).toBe(earlier.reduce((sum, { amount }) => sum + amount, 0))
    }),
  )
})

test('beyond 4,096 charges, neighbours merge at the later time and keep their sum', () => {
  const flat: number[] = []
  for (let at = 1; at <= 4097; at += 1) pushCharge(flat, { at, amount: 1 })
  const list = listCharges(flat)
  expect(list.length).toBe(2049)
  expect(list[0]).toEqual({ at: 2, amount: 2 })
  expect(list.at(-1)).toEqual({ at: 4097, amount: 1 })
  expect(list.reduce((sum, { amount }) => sum + amount, 0)).toBe(4097)
})

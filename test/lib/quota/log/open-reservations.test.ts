import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stateFromJson, stateToJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import { emptyState } from '../../../../src/lib/quota/log/fold.ts'
import { OpenReservations } from '../../../../src/lib/quota/log/open-reservations.ts'

const reservation = (n: number) => ({ account: `a${n}`, also: [], at: n, sequence: n, probe: undefined })

/** Buckets go by the last four characters, so many of these share one. */
const step = fc.record({ id: fc.stringMatching(/^[a-f]-000[01]$/), adds: fc.boolean() })

test('it holds what was put in and not taken out, as a map would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const open = new OpenReservations()
      const plain = new Map<string, ReturnType<typeof reservation>>()
      for (const [n, { id, adds }] of steps.entries()) {
        if (adds) {
          expect(open.add(id, reservation(n))).toBe(!plain.has(id))
          if (!plain.has(id)) plain.set(id, reservation(n))
        } else {
          expect(open.take(id)?.at).toBe(plain.get(id)?.at)
          plain.delete(id)
        }
        expect([open.size, open.get(id)?.at]).toEqual([plain.size, plain.get(id)?.at])
      }
      const all = [...open.entries()].map(({ id, at }) => [id, at] as const)
      expect(new Map(all)).toEqual(new Map([...plain].map(([id, { at }]) => [id, at])))
      const visited: string[] = []
      open.forEach(({ id }) => visited.push(id))
      expect(visited.sort()).toEqual([...plain.keys()].sort())
    }),
  )
})

test('what is copied or written of one is itself alone, however many there are', () => {
  const state = emptyState()
  const count = 3_000 // several in every bucket
  for (let n = 0; n < count; n++) state.open.add(`w-${n.toString(36)}`, reservation(n))
  for (const entry of state.open.entries())
    expect(Object.keys({ ...entry }).sort()).toEqual([
      'account',
      'also',
      'at',
      'charged',
      'id',
      'probe',
      'sequence',
    ])
  const json = JSON.stringify(stateToJson(state, null))
  expect(json.length).toBeLessThan(100 * count)
  expect(stateFromJson(JSON.parse(json) as never).open.size).toBe(count)
})

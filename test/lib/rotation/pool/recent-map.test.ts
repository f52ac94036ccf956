import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecentMap } from '../../../../src/lib/rotation/pool/recent-map.ts'

const MOST = 8
const HALF = MOST / 2
const keys = fc.nat({ max: 20 })

test('a map of recent entries keeps those used last, half of its size at least', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('set', 'get', 'delete'), keys), { maxLength: 200 })
  fc.assert(
    fc.property(steps, (actions) => {
      const map = new RecentMap<number, string>(MOST)
      /** The keys in the order of their last use. */
      let used: number[] = []
      for (const [action, key] of actions) {
        const isKnown = used.slice(-HALF).includes(key)
        const found = action === 'get' ? map.get(key) : undefined
        if (isKnown && action === 'get') expect(found).toBe(`value ${key}`)
        if (action === 'set') map.set(key, `value ${key}`)
        if (action === 'delete') map.delete(key)
        if (action === 'get' && found === undefined) continue
        used = used.filter((one) => one !== key)
        if (action !== 'delete') used.push(key)
        else expect(map.get(key)).toBeUndefined()
      }
    }),
  )
})

test('a map of recent entries forgets: of many entries, at most its size is left', () => {
  const map = new RecentMap<number, number>(MOST)
  const all = Array.from({ length: 100 }, (_, key) => key)
  for (const key of all) map.set(key, key)
  const left = all.filter((key) => map.get(key) !== undefined)
  expect(left.length).toBeLessThanOrEqual(MOST)
  expect(left.at(-1)).toBe(99)
})

test('a map of one entry keeps the last', () => {
  const map = new RecentMap<string, number>(1)
  map.set('a', 1)
  map.set('b', 2)
  expect(map.get('b')).toBe(2)
})

test('is empty until an entry comes, and again when all are deleted', () => {
  const map = new RecentMap<string, number>(2)
  expect(map.isEmpty).toBe(true)
  map.set('a', 1)
  map.set('b', 2) // `a` is in the older half now
  expect(map.isEmpty).toBe(false)
  map.delete('b')
  expect(map.isEmpty).toBe(false)
  map.delete('a')
  expect(map.isEmpty).toBe(true)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap } from '../../../../src/lib/rotation/pool/heap.ts'

interface Item {
  order: number
}

function drain(heap: Heap<Item>): number[] {
  const found: number[] = []
  for (let item = heap.at(0); item !== undefined; item = heap.at(0)) {
    found.push(item.order)
    heap.delete(item)
  }
  return found
}

test('whatever is added, taken out and changed, the smallest is first', () => {
  const change = fc.record({ what: fc.constantFrom('delete', 'update'), index: fc.nat(), order: fc.nat(20) })
  fc.assert(
    fc.property(
      fc.array(fc.nat(20), { maxLength: 60 }),
      fc.array(change, { maxLength: 60 }),
      (orders, changes) => {
        const heap = new Heap<Item>((a, b) => a.order - b.order)
        const items = orders.map((order) => ({ order }))
        for (const item of items) heap.push(item)
        for (const { what, index, order } of items.length === 0 ? [] : changes) {
          const place = index % Math.max(1, items.length)
          const item = items[place]
          if (item === undefined) continue
          if (what === 'delete') {
            heap.delete(item)
            items.splice(place, 1)
            continue
          }
          item.order = order
          heap.update(item)
        }
        expect(heap.size).toBe(items.length)
        expect(drain(heap)).toEqual(items.map(({ order }) => order).sort((a, b) => a - b))
      },
    ),
  )
})

test('when all are alike, it is a row that closes its gaps from the end', () => {
  const heap = new Heap<string>(() => 0)
  for (const item of ['a', 'b', 'c', 'd']) heap.push(item)
  heap.delete('b')
  heap.delete('absent')
  expect([heap.at(0), heap.at(1), heap.at(2), heap.at(3)]).toEqual(['a', 'd', 'c', undefined])
  expect([heap.has('b'), heap.has('d')]).toEqual([false, true])
})

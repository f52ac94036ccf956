import { expect, test } from 'vitest'
import { listStatuses, pickColumns, pickItems } from '../../../src/lib/terminal/list-table.ts'
import type { ListShape } from '../../../src/lib/terminal/list-table.ts'

interface Item {
  name: string
  status: 'ready' | 'cooling'
}

const shape: ListShape<Item> = {
  columns: [
    { key: 'account', aliases: ['name'], header: 'ACCOUNT', value: ({ name }) => name },
    { key: 'status', header: 'STATUS' },
  ],
  nameOf: ({ name }) => name,
  statusOf: ({ status }) => status,
  statuses: listStatuses<Item['status']>({ ready: true, cooling: true }),
}

const items: Item[] = [
  { name: 'b', status: 'ready' },
  { name: 'a', status: 'ready' },
]

test('a status that no item has now gives an empty list, and a word that is no status is refused', () => {
  expect(pickItems(items, shape, { status: 'ready' })).toEqual(items)
  expect(pickItems(items, shape, { status: 'cooling' })).toEqual([])
  const refused = (status: string) => expect(() => pickItems(items, shape, { status }))
  refused('banana').toThrow('there is no status "banana"')
  refused('banana').toThrow(expect.objectContaining({ hint: 'the statuses are ready, cooling' }))
  refused('redy').toThrow(expect.objectContaining({ hint: 'did you mean ready?' }))
})

test('a field has the name of its column, and the name that --json gives it', () => {
  for (const sort of ['account', 'name', 'NAME'])
    expect(pickItems(items, shape, { sort }).map(({ name }) => name)).toEqual(['a', 'b'])
  expect(pickColumns(shape, ['name', 'status'])).toEqual([0, 1])
  expect(() => pickColumns(shape, ['nme'])).toThrow('--columns has no field "nme"')
})

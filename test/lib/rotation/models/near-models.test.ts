import { expect, test } from 'vitest'
import { nearModels } from '../../../../src/lib/rotation/models/near-models.ts'
import { member } from '../fixture.ts'

const pool = [
  member('a', { models: ['coder-1', 'coder-2', 'writer'] }),
  member('b', { models: ['coder-3', 'coder-4'], user: 'ann' }),
  member('c', { models: ['coder-5'], enabled: false }),
]

test('the names nearest to a misspelled model are those that the accounts of the request list', () => {
  expect(nearModels(pool, { user: 'local' }, 'coder-9')).toEqual(['coder-1', 'coder-2'])
  expect(nearModels(pool, { user: 'ann' }, 'coder-9')).toEqual(['coder-3', 'coder-4'])
  expect(nearModels(pool, {}, 'coder-9')).toEqual(['coder-1', 'coder-2', 'coder-3'])
})

test('a name that the client may not use is not named, and an alias is', () => {
  const choice = { others: ['coder-x'], allows: (model: string) => model !== 'coder-1' }
  expect(nearModels(pool, { user: 'local' }, 'coder-9', choice)).toEqual(['coder-x', 'coder-2'])
})

test('a part of a name finds the whole ones, the shortest first', () => {
  const long = [member('a', { models: ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5', 'gpt-5'] })]
  expect(nearModels(long, {}, 'Claude-Sonnet')).toEqual(['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'])
  expect(nearModels(long, {}, 'cla')).toEqual([])
})

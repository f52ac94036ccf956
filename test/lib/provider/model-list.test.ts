import fc from 'fast-check'
import { expect, test } from 'vitest'
import { namesInList, readModelList } from '../../../src/lib/provider/model-list.ts'

const one = [{ id: 'm1', created: null }]

test.each([
  ['OpenAI’s form', { object: 'list', data: [{ id: 'm1', object: 'model' }] }],
  ['a bare list', [{ id: 'm1' }]],
  ['a list of names', ['m1']],
  ['the form of Ollama', { models: [{ name: 'm1', model: 'm1', size: 1 }] }],
  ['the form of Gemini', { models: [{ name: 'models/m1' }] }],
  ['a list within', { data: { models: [{ id: 'm1' }] } }],
  [
    'entries without a name beside it',
    { data: [null, 7, {}, { id: '' }, { id: 'a\u001b[2J' }, { id: 'm1' }] },
  ],
  ['the same twice', { data: [{ id: 'm1' }, { id: 'm1' }] }],
])('%s is read', (_, body) => {
  expect(readModelList(body)).toEqual(one)
})

test.each([undefined, null, 7, 'x', {}, { data: 'x' }, { error: {} }, { data: { id: 'x' } }])(
  '%o is no list',
  (body) => {
    expect(readModelList(body)).toBeNull()
  },
)

test.each([
  [{ created: 1_700_000_000 }, 1_700_000_000],
  [{ created: 1_700_000_000.9 }, 1_700_000_000],
  [{ created_at: '2025-09-29T00:00:00Z' }, Date.UTC(2025, 8, 29) / 1000],
  [{ created: 1e300 }, null],
  [{ created: -1 }, null],
  [{ created: Number.NaN }, null],
  [{ created: '1700000000' }, null],
  [{ created_at: 'odd' }, null],
])('the time of %o is %s', (more, created) => {
  expect(readModelList([{ id: 'm1', ...more }])).toEqual([{ id: 'm1', created }])
})

test('whatever is read, its time is one that a date can have', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ id: fc.string(), created: fc.oneof(fc.double(), fc.string()) })),
      (body) => {
        for (const { created } of readModelList(body) ?? []) new Date((created ?? 0) * 1000).toISOString()
      },
    ),
  )
})

test.each([
  ['llama3.2:latest', 'llama3.2'],
  ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
  ['claude-3-5-haiku-20241022', 'claude-3-5-haiku-latest'],
])('a list with %s has %s too', (id, alias) => {
  expect(namesInList([id]).has(alias)).toBe(true)
})

test('a list has no other alias', () => {
  expect([...namesInList(['qwen3-max-2026-01-23', 'llama3.2:3b'])]).toEqual([
    'qwen3-max-2026-01-23',
    'llama3.2:3b',
  ])
})

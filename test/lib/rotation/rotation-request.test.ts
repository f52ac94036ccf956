import { expect, test } from 'vitest'
import { splitModel } from '../../../src/lib/rotation/rotation-request.ts'

test.each([
  ['qwen3-coder', null, 'qwen3-coder'],
  ['qwen/qwen3-coder', 'qwen', 'qwen3-coder'],
  ['openrouter/qwen/qwen3-coder', 'openrouter', 'qwen/qwen3-coder'],
  ['meta/llama', null, 'meta/llama'],
  ['/x', null, '/x'],
  ['qwen/', null, 'qwen/'],
  ['', null, ''],
])('when the pool has qwen and openrouter, %j is of provider %j, model %j', (name, provider, model) => {
  const known = new Set(['qwen', 'openrouter', ''])
  expect(splitModel(name, (id) => known.has(id))).toEqual({ provider, model })
})

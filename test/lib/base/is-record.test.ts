import { expect, it } from 'vitest'
import { isRecord } from '../../../src/lib/base/is-record.ts'

it.each([{}, { a: 1 }, Object.create(null), JSON.parse('{"__proto__": 1}')])('takes %j', (value) => {
  expect(isRecord(value)).toBe(true)
})

it.each([null, undefined, [], [{}], '', 'text', 0, 1, true, () => {}])('refuses %j', (value) => {
  expect(isRecord(value)).toBe(false)
})

// Schemas for Gemini: references that lead elsewhere, and constants.

import { describe, expect, test } from 'vitest'
import { geminiSchema } from '../../../src/lib/translate/gemini/gemini-schema.ts'
import { RawJson } from '../../../src/lib/translate/json/raw-json.ts'

const changed = (schema: object) => geminiSchema(new RawJson(JSON.stringify(schema))).text
const to = (path: string) => ({ $ref: path })

describe('a reference to another place than a definition', () => {
  test('is replaced by its target', () => {
    const properties = { a: { type: 'string' }, b: to('#/properties/a') }
    expect(JSON.parse(changed({ type: 'object', properties }))).toEqual({
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
    })
  })

  test.each([8, 12, 40])('does not multiply where %i of them lead to themselves', (count) => {
    const anyOf = Array.from({ length: count }, () => to('#/properties/x'))
    const text = changed({ type: 'object', properties: { x: { anyOf } } })
    expect(text.length).toBeLessThan(100_000)
    expect(text).not.toContain('$ref')
  })

  test('counts each search, also one that finds too large a target', () => {
    const big = { type: 'object', description: 'x'.repeat(70_000) }
    const many = Array.from({ length: 1_024 }, () => to('#/properties/big'))
    const properties = {
      big,
      many: { anyOf: many },
      small: { type: 'string' },
      last: to('#/properties/small'),
    }
    const { last } = (JSON.parse(changed({ type: 'object', properties })) as { properties: { last: object } })
      .properties
    expect(last).toEqual({})
  })

  test.each(['#/properties/%FF', '#anchor', '#/properties/none'])('takes no other place with %s', (path) => {
    const text = changed({ type: 'object', properties: { a: to(path), b: { type: 'string' } } })
    expect(JSON.parse(text)).toEqual({ type: 'object', properties: { a: {}, b: { type: 'string' } } })
  })
})

test.each([
  ['a text', 'x', { enum: ['x'] }],
  ['a number', -1.5, { enum: [-1.5] }],
  ['a truth value', true, {}],
  ['nothing', null, {}],
])('a constant that is %s', (_, value, left) => {
  expect(JSON.parse(changed({ const: value }))).toEqual(left)
})

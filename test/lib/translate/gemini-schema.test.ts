// Schemas for Gemini: references that lead elsewhere, constants and conditions; and Google's own schemas for others.

import { describe, expect, test } from 'vitest'
import { geminiSchema } from '../../../src/lib/translate/gemini/gemini-schema.ts'
import { plainSchema } from '../../../src/lib/translate/gemini/plain-schema.ts'
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

describe('values that Gemini has no choice of', () => {
  test.each<[string, object, object]>([
    ['a text', { const: 'x' }, { enum: ['x'] }],
    ['a number', { const: -1.5 }, { enum: [-1.5] }],
    ['a truth value', { const: true }, { type: 'boolean' }],
    ['nothing', { const: null }, { type: 'null' }],
    ['both truth values', { enum: [true, false] }, { type: 'boolean' }],
    ['truth values or nothing', { enum: [true, null] }, { type: ['boolean', 'null'] }],
    ['a text or nothing', { enum: ['x', null] }, { enum: ['x'], type: ['string', 'null'] }],
    ['a number or nothing', { enum: [1, null] }, { enum: [1], type: ['number', 'null'] }],
    [
      'a text or nothing, with its type',
      { type: ['string', 'null'], enum: ['x', null] },
      { type: ['string', 'null'], enum: ['x'] },
    ],
    ['an empty text', { enum: [''] }, { type: 'string' }],
    [
      'texts and numbers',
      { type: ['string', 'integer'], enum: ['auto', 1, 2] },
      {
        anyOf: [
          { type: 'string', enum: ['auto'] },
          { type: 'number', enum: [1, 2] },
        ],
      },
    ],
    [
      'a text, a number or nothing',
      { enum: ['x', 1, null] },
      { anyOf: [{ type: 'string', enum: ['x'] }, { type: 'number', enum: [1] }, { type: 'null' }] },
    ],
    ['an object', { const: { a: 1 } }, {}],
    [
      'a branch that is nothing',
      { anyOf: [{ type: 'string' }, { const: null }] },
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
    ],
  ])('%s', (_, schema, left) => {
    expect(JSON.parse(changed(schema))).toEqual(left)
  })
})

describe('a condition', () => {
  const then = { required: ['a'] }
  const properties = { a: { type: 'string' } }

  test.each<[string, object]>([
    ['not nothing', { not: { enum: [null] } }],
    ['not an empty text', { not: { const: '' } }],
    ['not with members that are not described', { not: { required: ['a', 'b'] } }],
    ['not in a part of it', { not: { anyOf: [{ const: true }] } }],
    ['if a truth value', { if: { properties: { a: { const: true } } }, then, else: {} }],
    ['if a member that is not described', { if: { required: ['b'] }, then }],
  ])('that loses a constraint is left out: %s', (_, condition) => {
    expect(JSON.parse(changed({ type: 'object', properties, ...condition }))).toEqual({
      type: 'object',
      properties,
    })
  })

  test('that keeps its constraints stays', () => {
    const schema = { properties, not: { enum: ['x'] }, if: { properties, required: ['a'] }, then: {} }
    expect(JSON.parse(changed(schema))).toEqual(schema)
  })
})

test.each<[string, object, object]>([
  ['a type that is null', { type: 'NULL', nullable: true }, { type: 'null' }],
  ['a list of types', { type: ['STRING', 'NULL'], nullable: true }, { type: ['string', 'null'] }],
  ['a list of types without null', { type: ['STRING'], nullable: true }, { type: ['string', 'null'] }],
  [
    'a reference',
    { $ref: '#/$defs/a', description: 'x', nullable: true },
    { description: 'x', anyOf: [{ $ref: '#/$defs/a' }, { type: 'null' }] },
  ],
  [
    'a constant',
    { type: 'STRING', const: 'x', nullable: true },
    { type: ['string', 'null'], enum: ['x', null] },
  ],
  ['a constant that is null', { const: null, nullable: true }, { enum: [null] }],
  ['a choice', { enum: ['x'], nullable: true }, { enum: ['x', null] }],
])("Google's mark of null, beside %s", (_, schema, plain) => {
  expect(JSON.parse(plainSchema(new RawJson(JSON.stringify(schema))).text)).toEqual(plain)
})

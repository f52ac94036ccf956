import { expect, test } from 'vitest'
import { everyAccount } from '../../../../src/lib/account/client-key.ts'
import { mayBeServed, usableAliases } from '../../../../src/lib/rotation/models/usable-aliases.ts'
import { member } from '../fixture.ts'

const own = member('a', { user: 'ann', models: ['plus'] }, { serves: (model) => model === 'plus' })
const foreign = member('b', { user: 'bob', models: ['max'] }, { serves: (model) => model === 'max' })
const pool = [own, foreign]
const aliases = new Map([
  ['coder', ['qwen/plus', 'nothing']],
  ['best', ['max']],
  ['gone', ['nothing']],
])
const ofAnn = { user: 'ann', allowed: null }

test.each([
  ['without a key, those that any account serves', null, everyAccount, ['coder', 'best']],
  ['in a scope, those that its accounts serve', null, ofAnn, ['coder']],
  ['with a key of a model, those that lead to it', { models: ['max'] }, everyAccount, ['best']],
  ['with a key of a model at a provider', { models: ['qwen/plus'] }, everyAccount, ['coder']],
  ['with a key of an alias', { models: ['coder'] }, everyAccount, ['coder']],
  ['with a key of an alias that no account serves', { models: ['gone'] }, everyAccount, []],
])('the usable aliases are, %s', (_, key, scope, names) => {
  expect(usableAliases(aliases, pool, { key, scope })).toEqual(names)
})

test('a request may be served if a single account fits all of it', () => {
  expect(mayBeServed(pool, { model: 'plus', user: 'ann' })).toBe(true)
  expect(mayBeServed(pool, { model: 'plus', user: 'bob' })).toBe(false)
  expect(mayBeServed([], {})).toBe(false)
})

import { expect, test } from 'vitest'
import { resolveReference } from '../../../src/lib/account/reference.ts'
import { accountRecord } from '../../support/account-record.ts'

const accounts = [
  accountRecord({ id: 'acc_1', name: 'work' }),
  accountRecord({ id: 'acc_2', name: 'home', groups: ['cheap'] }),
  accountRecord({ id: 'acc_3', name: 'home', provider: 'openai' }),
  accountRecord({ id: 'acc_4', name: 'home', user: 'alice', groups: ['cheap'] }),
]

test.each([
  ['work', 'acc_1'],
  ['qwen/work', 'acc_1'],
  ['local:qwen/home', 'acc_2'],
  ['openai/home', 'acc_3'],
  ['alice:home', 'acc_4'],
  ['acc_4', 'acc_4'],
])('for %s finds %s', (reference, id) => {
  expect(resolveReference(accounts, reference).id).toBe(id)
})

test('when a name fits several accounts, lists them all', () => {
  expect(() => resolveReference(accounts, 'home')).toThrow(
    expect.objectContaining({
      code: 'ambiguous_account',
      message: '"home" fits 3 accounts: local:qwen/home, local:openai/home, alice:qwen/home',
      details: { candidates: ['local:qwen/home', 'local:openai/home', 'alice:qwen/home'] },
    }),
  )
})

test('when the filter leaves one of several, takes that', () => {
  expect(resolveReference(accounts, 'home', { user: 'alice' }).id).toBe('acc_4')
  expect(resolveReference(accounts, 'home', { provider: 'openai' }).id).toBe('acc_3')
  expect(resolveReference(accounts, 'home', { group: 'cheap', user: 'local' }).id).toBe('acc_2')
})

test('when the filter leaves none, says under which filter', () => {
  expect(() => resolveReference(accounts, 'work', { group: 'cheap' })).toThrow(
    expect.objectContaining({ code: 'account_not_found', message: 'no account "work" with group "cheap"' }),
  )
})

test.each([
  ['wrok', 'did you mean work?'],
  ['WORK', 'did you mean work?'],
  ['openai/hom', 'did you mean openai/home?'],
  ['entirely-different', 'qwenctl auth list shows the accounts'],
  ['a/b/c', 'qwenctl auth list shows the accounts'],
  ['', 'qwenctl auth list shows the accounts'],
])('when nothing fits %j, the hint is: %s', (reference, hint) => {
  expect(() => resolveReference(accounts, reference)).toThrow(
    expect.objectContaining({ code: 'account_not_found', hint }),
  )
})

test('when a key is given in the place of a reference, the error does not repeat it', () => {
  const key = 'sk-0123456789abcdef0123456789abcdef'
  expect(() => resolveReference(accounts, key)).toThrow('no account "sk-…cdef"')
})

test('the error of an ambiguous name lists ten accounts, counts the rest, and gives one that fits', () => {
  const many = Array.from({ length: 12 }, (_, n) => accountRecord({ id: `acc_${n}`, user: `u${n}` }))
  const listed = many.slice(0, 10).map(({ user, name }) => `${user}:qwen/${name}`)
  const { name } = many[0]!
  const message = `"${name}" fits 12 accounts: ${listed.join(', ')} and 2 more`
  expect(() => resolveReference(many, name)).toThrow(
    expect.objectContaining({ message, hint: `name one in full, for example ${listed[0]}` }),
  )
  expect(() => resolveReference(many.slice(0, 10), name)).toThrow(/[^e]$/)
  expect(() => resolveReference(many.slice(0, 10), name)).not.toThrow(/more$/)
})

test('a label names an account where no name fits, and an id comes before a name', () => {
  const labelled = [
    accountRecord({ id: 'acc_5', name: 'first', label: 'Pro Account' }),
    accountRecord({ id: 'acc_6', name: 'second', label: 'first' }),
    accountRecord({ id: 'acc_7', name: 'acc_6' }),
  ]
  expect(['Pro Account', 'first', 'acc_6'].map((text) => resolveReference(labelled, text).id)).toEqual([
    'acc_5',
    'acc_5',
    'acc_6',
  ])
})

test.each(['bob:qwen/work', 'qwen/home/work', ':work', 'local:', 'openai/work'])(
  'the reference %s names no account by its last part alone',
  (reference) => {
    expect(() => resolveReference(accounts, reference)).toThrow(
      expect.objectContaining({ code: 'account_not_found' }),
    )
  },
)

test('an error names several filters, and leaves out empty ones', () => {
  expect(() => resolveReference(accounts, 'work', { user: 'bob', provider: 'qwen' })).toThrow(
    'no account "work" with user "bob" and provider "qwen"',
  )
  expect(() => resolveReference(accounts, 'play', { group: '' })).toThrow(/^no account "play"$/)
  const missing: object = { user: undefined }
  expect(() => resolveReference(accounts, 'play', missing)).toThrow(/^no account "play"$/)
  expect(() => resolveReference(accounts, 'a'.repeat(300))).toThrow(`no account "${'a'.repeat(200)}"`)
})

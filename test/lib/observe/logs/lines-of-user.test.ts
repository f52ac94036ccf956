import { describe, expect, test } from 'vitest'
import { showLineTo } from '../../../../src/lib/observe/logs/lines-of-user.ts'

const request = {
  level: 'info',
  time: '2026-11-22T10:00:00.000Z',
  pid: 1,
  kind: 'request',
  requestId: 'req-1',
  clientKey: 'team',
  clientKeyId: 'key_0123456789abcdef',
  onlyUser: null,
  outcome: 'quota_exhausted',
  message: 'custom/bobs returns first',
  user: 'alice',
  provider: 'custom',
  account: 'hers',
  attempts: 2,
  tried: ['custom/bobs overloaded', 'custom/hers rate-short'],
  latencyMs: 5,
}
const shown = (line: object): object | null =>
  JSON.parse(showLineTo('alice', JSON.stringify(line)) ?? 'null') as object | null

describe('the line of a request that accounts of several users could serve', () => {
  test('shows a user the own account, and nothing about others', () => {
    expect(shown(request)).toEqual({
      ...request,
      attempts: 1,
      tried: ['custom/hers rate-short'],
      clientKey: null,
      clientKeyId: null,
      message: null,
    })
  })

  test('keeps the words of the provider about the own account', () => {
    const answered = { ...request, outcome: 'rate-short', message: 'slow down' }
    expect(shown(answered)).toMatchObject({ message: 'slow down' })
  })

  test('does not name the account that takes over', () => {
    const { tried: _, attempts: __, ...rest } = request
    expect(shown({ ...rest, kind: 'rotation', attempt: 2, next: 'custom/bobs' })).toMatchObject({
      account: 'hers',
      attempt: null,
      next: null,
    })
  })

  test('is not shown to a user without a part in it', () => {
    expect(shown({ ...request, user: 'bob' })).toBeNull()
    // A text that looks like a field is none.
    expect(shown({ ...request, user: 'bob', message: '"user":"alice",' })).toBeNull()
  })
})

test('a request that only accounts of the user could serve is shown unchanged, also without an attempt', () => {
  const own = { ...request, onlyUser: 'alice', user: null, provider: null, account: null, tried: [] }
  expect(shown(own)).toEqual(own)
  expect(shown({ ...own, onlyUser: 'bob' })).toBeNull()
})

test('a line from before the field existed is as one of several users; a cooldown is always of one', () => {
  const { onlyUser: _, ...older } = request
  expect(shown(older)).toMatchObject({ attempts: 1, message: null })
  const cooldown = { kind: 'cooldown', user: 'alice', account: 'hers', evidence: 'no credit' }
  expect(shown(cooldown)).toEqual(cooldown)
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { qwenOauth, qwenResourceBase } from '../../../../src/lib/provider/builtin/makers/qwen-oauth.ts'
import { readRefresh } from '../../../../src/lib/toolkit/login/refresh-answer.ts'
import type { TokenSet } from '../../../../src/lib/toolkit/login/token-set.ts'
import { dueAt, isUsable } from '../../../../src/lib/toolkit/login/token-set.ts'
import { NOON } from '../temporary-home.ts'

const before: TokenSet = {
  accessToken: 'old-access-token-0123',
  refreshToken: 'old-refresh-token-0123',
  tokenType: 'Bearer',
  expiresAt: new Date(NOON).toISOString(),
  obtainedAt: new Date(NOON - 3_600_000).toISOString(),
  server: null,
  baseUrl: 'https://portal.qwen.ai/v1',
  sharedFile: null,
}

function read(status: number, body: object | string, device = qwenOauth.device) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return readRefresh({ status, text }, before, { device, now: NOON })
}

test('what an answer leaves out stays as it was', () => {
  expect(read(200, { access_token: 'new', expires_in: 60 })).toMatchObject({
    kind: 'tokens',
    tokens: {
      accessToken: 'new',
      refreshToken: 'old-refresh-token-0123',
      baseUrl: 'https://portal.qwen.ai/v1',
      expiresAt: new Date(NOON + 60_000).toISOString(),
    },
  })
})

describe('a refresh token is dead', () => {
  test.each([
    [400, { error: 'invalid_grant' }],
    [401, { error: 'invalid_grant' }],
    [400, { error: 'invalid_request', error_description: 'Invalid refresh token or client_id' }],
    [401, { error: 'invalid_client' }],
    [401, {}],
  ])('when a server of Qwen answers %i with %j', (status, body) => {
    expect(read(status, body)).toMatchObject({ kind: 'dead' })
  })
})

test.each(['a\nb', 'a b', 'snow\u2603man', 'nul\0', 'caf\u00e9'])(
  'a token that no header can carry is none: %j',
  (accessToken) => {
    expect(read(200, { access_token: accessToken })).toMatchObject({ kind: 'trouble' })
  },
)

describe('nothing is dead yet', () => {
  test.each<[number, object | string]>([
    [500, { error: 'invalid_grant' }],
    [429, { error: 'slow_down' }],
    [400, { error: 'invalid_request', error_description: 'missing parameter' }],
    [403, '<html>captcha</html>'],
    [401, 'not JSON'],
    [200, 'not JSON'],
    [200, { token_type: 'Bearer' }],
  ])('when it answers %i with %j', (status, body) => {
    expect(read(status, body)).toMatchObject({ kind: 'trouble' })
  })

  test('when a server that nothing is known of answers 401 without a reason', () => {
    expect(read(401, {}, null)).toMatchObject({ kind: 'trouble' })
  })
})

test('what an answer repeats of a token is not repeated further', () => {
  const echo = `bad ${before.refreshToken} ${before.accessToken}`
  for (const said of [{ error: 'invalid_grant', error_description: echo }, `<html>${echo}</html>`]) {
    const { message } = read(400, said) as { message: string }
    expect(message).not.toContain(before.refreshToken)
    expect(message).not.toContain(before.accessToken)
  }
  const form = read(200, 'access_token=not-to-be-shown-anywhere&token_type=bearer') as { message: string }
  expect(form.message).not.toContain('not-to-be-shown')
})

test('tokens are due in the last tenth of their life, at most ten minutes ahead, and never after their end', () => {
  const lives = fc.integer({ min: 1, max: 10 * 86_400 })
  const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(lives, chances, (seconds, chance) => {
      const end = NOON + seconds * 1000
      const tokens = {
        ...before,
        obtainedAt: new Date(NOON).toISOString(),
        expiresAt: new Date(end).toISOString(),
      }
      const ahead = end - dueAt(tokens, chance)
      expect(ahead).toBeGreaterThan(0)
      expect(ahead).toBeLessThanOrEqual(Math.min(600_000, Math.max(1000, seconds * 100)))
      expect(isUsable(tokens, end - 1)).toBe(true)
      expect(isUsable(tokens, end)).toBe(false)
    }),
  )
})

test.each([
  [{ resource_url: 'portal.qwen.ai' }, 'https://portal.qwen.ai/v1'],
  [{ resource_url: 'https://portal.qwen.ai/' }, 'https://portal.qwen.ai/v1'],
  [{ resource_url: 'http://127.0.0.1:9/v1' }, 'http://127.0.0.1:9/v1'],
  [{ endpoint: 'other.example/api/v1/' }, 'https://other.example/api/v1'],
  [{ resource_url: '' }, null],
  [{}, null],
])('Qwen says with %j that requests go to %s', (answer, base) => {
  expect(qwenResourceBase(answer)).toBe(base)
})

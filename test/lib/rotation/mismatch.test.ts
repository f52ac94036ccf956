// Requests that several endpoints can serve, and the accounts that have none of them.

import { describe, expect, test } from 'vitest'
import {
  asChat,
  asEmbeddings,
  asGemini,
  asMessages,
  asResponses,
} from '../../../src/lib/rotation/endpoints.ts'
import { elsewhere, isAskable, mismatch, mismatchKind } from '../../../src/lib/rotation/mismatch.ts'
import type { Member } from '../../../src/lib/rotation/pool/member.ts'
import type { EndpointWish, RotationRequest } from '../../../src/lib/rotation/rotation-request.ts'
import { member } from './fixture.ts'

const openai = new Set(['openai'] as const)
const routes = (...known: string[]): Partial<Member> => ({ hasRoute: (route) => known.includes(route) })

describe('an account, for a request of several endpoints,', () => {
  test.each<[what: string, own: Partial<Member>, anyOf: EndpointWish[], kind: string | null]>([
    ['fits by the first', { dialects: openai }, [asChat, asMessages], null],
    ['fits by the last', { dialects: new Set(['anthropic']) }, [asChat, asMessages], null],
    ['speaks none of them', { dialects: openai }, [asMessages, asGemini], 'wrong-dialect'],
    ['has the endpoint', { dialects: openai, ...routes('/responses') }, [asResponses], null],
    ['may have the endpoint', { dialects: openai, hasRoute: () => null }, [asResponses], null],
    ['lacks the endpoint', { dialects: openai, ...routes('/embeddings') }, [asResponses], 'no-such-route'],
    [
      'has another of them',
      { dialects: openai, ...routes('/embeddings') },
      [asResponses, asEmbeddings],
      null,
    ],
    ['needs no route for its chat', { dialects: openai, ...routes() }, [asResponses, asChat], null],
    // Routes are listed below the OpenAI base alone.
    ['speaks Gemini', { dialects: new Set(['gemini']), ...routes() }, [asGemini], null],
    [
      'lacks it in the format it speaks',
      { dialects: openai, ...routes() },
      [asResponses, asMessages],
      'no-such-route',
    ],
  ])('%s', (_, own, anyOf, kind) => {
    expect(mismatchKind(member('a', {}, own), { anyOf })).toBe(kind)
  })

  test('names the endpoint that it lacks', () => {
    const found = mismatch(member('a', {}, { dialects: openai, ...routes() }), {
      anyOf: [asMessages, asResponses],
    })
    expect(found?.words).toBe('its service has no /responses')
  })
})

test('an account can be asked whatever model, format or endpoint is wanted, and not by another user', () => {
  const one = member('a', {}, { dialects: openai, ...routes(), serves: () => false })
  expect(isAskable(one, { model: 'm', dialect: 'anthropic', route: '/responses' })).toBe(true)
  expect(isAskable(one, { user: 'ann' })).toBe(false)
  expect(isAskable(member('a', { enabled: false }), {})).toBe(false)
})

test.each<[kind: string, words: string, request: RotationRequest, own?: Partial<Member>]>([
  ['other-user', 'belongs to user local', { user: 'ann' }],
  ['not-pinned', 'the request is pinned to another account', { pin: 'b' }],
  ['not-allowed', 'the client key may not use it', { allowed: { accounts: [], groups: [] } }],
  ['other-provider', 'is at qwen, the request asks for groq', { provider: 'groq' }],
  ['other-service', 'is an account for models', { service: 'search' }],
  ['other-service', 'is for requests below /services/search', {}, { service: 'search' }],
  ['other-group', 'is not in group team', { group: 'team' }],
  ['other-group', 'is not in group ""', { group: '' }],
  ['wrong-dialect', 'its endpoint does not speak the anthropic dialect', { dialect: 'anthropic' }],
  ['wrong-dialect', 'its endpoint speaks no format that can serve the request', { anyOf: [asGemini] }],
  ['no-such-route', 'its service has no /responses', { route: '/responses' }, routes()],
  ['no-such-route', 'its service has no /responses', { anyOf: [asResponses] }, routes()],
  ['model-not-served', 'does not serve model m', { model: 'm' }, { serves: () => false }],
  [
    'kept-apart',
    'is simulated: beside real accounts it serves its own models only',
    { model: 'm' },
    { serves: () => false, isKeptApart: true },
  ],
])('the mismatch %s reads: %s', (kind, words, request, own = {}) => {
  expect(mismatch(member('a', {}, own), request)).toEqual({ kind, availableAt: null, words })
})

test('an account without a mismatch has none, and a disabled one names only that', () => {
  expect(mismatch(member('a', {}, { service: 'search' }), { service: 'search' })).toBeNull()
  expect(mismatch(member('a'), {})).toBeNull()
  const request = { user: 'ann', provider: 'groq', model: 'm' }
  expect(mismatch(member('a', { enabled: false }), request)?.words).toBe('disabled')
})

test('the routes below an OpenAI base say nothing about an endpoint of Gemini', () => {
  const gemini = member('a', {}, { dialects: new Set(['gemini']), ...routes() })
  expect(mismatchKind(gemini, { dialect: 'gemini', route: '/models/*:countTokens' })).toBeNull()
})

test('an account that others replace for a model names the model', () => {
  expect(elsewhere({ model: 'm' })).toEqual({
    kind: 'model-elsewhere',
    availableAt: null,
    words: 'is not known to have model m, which others have',
  })
})

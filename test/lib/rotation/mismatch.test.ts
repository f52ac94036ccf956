// Requests that several endpoints can serve, and the accounts that have none of them.

import { describe, expect, test } from 'vitest'
import {
  asChat,
  asEmbeddings,
  asGemini,
  asMessages,
  asResponses,
} from '../../../src/lib/rotation/endpoints.ts'
import { isAskable, mismatch, mismatchKind } from '../../../src/lib/rotation/mismatch.ts'
import type { Member } from '../../../src/lib/rotation/pool/member.ts'
import type { EndpointWish } from '../../../src/lib/rotation/rotation-request.ts'
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

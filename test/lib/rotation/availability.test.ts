// The answers of the ledger for any cooldowns: whether an account may serve, and when it returns.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Metric } from '../../../src/lib/quota/limit.ts'
import { asChat, asMessages, asResponses } from '../../../src/lib/rotation/endpoints.ts'
import {
  endpointFor,
  isAvailable,
  lacksWanted,
  unavailability,
} from '../../../src/lib/rotation/eligibility.ts'
import type { EndpointWish, Wanted } from '../../../src/lib/rotation/rotation-request.ts'
import { Ground, MINUTE, NOON, member } from './fixture.ts'

const GROUP = 'group:local:qwen/org'
const CHAT = 'route /chat/completions'
const RESPONSES = 'route /responses'

interface Entry {
  subject: string
  key: string
  until: number | null
}

const entry = fc.record({
  subject: fc.constantFrom('a', GROUP, 'provider:qwen', 'b'),
  key: fc.constantFrom('*', 'm1', 'm2', CHAT, RESPONSES, 'route /messages'),
  until: fc.constantFrom(NOON - 1, NOON, NOON + 1, NOON + MINUTE, null),
})
const entries = fc.uniqueArray(entry, { maxLength: 8, selector: ({ subject, key }) => `${subject} ${key}` })

function coolAll(given: readonly Entry[]): Ground {
  const ground = new Ground()
  for (const { subject, key, until } of given) ground.cool(subject, until, key === '*' ? {} : { model: key })
  return ground
}

/** The ends of the cooldowns that hold the account, with Infinity for those without one. */
function listEnds(given: readonly Entry[], keys: readonly string[]): number[] {
  const active = given.filter(({ until }) => until === null || until > NOON)
  return active
    .filter(({ subject, key }) => subject !== 'b' && keys.includes(key))
    .filter(({ subject, key }) => !key.startsWith('route ') || subject === 'a')
    .map(({ until }) => until ?? Infinity)
}

describe('law: an account may serve unless a cooldown holds it, and returns when the last of them ends', () => {
  const one = member('a', { quotaGroup: 'org' })

  test.each<[string, Wanted, string[]]>([
    ['a chat with a model', { model: 'm1' }, ['*', 'm1', CHAT]],
    ['a chat without a model', {}, ['*', CHAT]],
    ['one endpoint', { model: 'm1', dialect: 'openai', route: '/responses' }, ['*', 'm1', RESPONSES]],
  ])('for %s', (_, wanted, keys) => {
    fc.assert(
      fc.property(entries, (given) => {
        const view = coolAll(given).view()
        const ends = listEnds(given, keys)
        const last = Math.max(...ends)
        expect(isAvailable(one, wanted, view)).toBe(ends.length === 0)
        const refused = unavailability(one, wanted, view)
        if (ends.length === 0) expect(refused).toBeNull()
        else expect(refused).toMatchObject({ kind: 'cooling', availableAt: last === Infinity ? null : last })
      }),
      { numRuns: 200 },
    )
  })

  test('for either of two endpoints, until the first of both is back', () => {
    const wanted: Wanted = { model: 'm1', anyOf: [asChat, asMessages, asResponses] }
    fc.assert(
      fc.property(entries, (given) => {
        const view = coolAll(given).view()
        const ends = listEnds(given, ['*', 'm1'])
        // The account does not speak the format of messages.
        const [chat, responses] = [listEnds(given, [CHAT]), listEnds(given, [RESPONSES])]
        if (chat.length > 0 && responses.length > 0) ends.push(Math.min(...chat, ...responses))
        const last = Math.max(...ends)
        expect(isAvailable(one, wanted, view)).toBe(ends.length === 0)
        const refused = unavailability(one, wanted, view)
        expect(refused === null).toBe(ends.length === 0)
        if (refused !== null) expect(refused.availableAt).toBe(last === Infinity ? null : last)
      }),
      { numRuns: 200 },
    )
  })
})

test('an account without a credential may not serve, and says so before any cooldown', () => {
  const bare = member('a', {}, { hasCredential: false })
  const { state } = new Ground().cool('a', null)
  expect(isAvailable(bare, {}, new Ground().view())).toBe(false)
  expect(unavailability(bare, {}, { state, now: NOON })).toMatchObject({
    kind: 'needs-login',
    evidence: null,
  })
})

test('a full cap keeps an account back, and its words say so', () => {
  const view = new Ground().view()
  const caps = (words: string | null) => ({
    hasRoom: () => words === null,
    refusal: () => (words === null ? null : { words, availableAt: NOON + 1 }),
  })
  const capped = { ...view, caps: caps('full') }
  expect([
    isAvailable(member('a'), {}, capped),
    isAvailable(member('a'), {}, { ...view, caps: caps(null) }),
  ]).toEqual([false, true])
  expect(unavailability(member('a'), {}, capped)).toEqual({
    kind: 'capped',
    words: 'full',
    availableAt: NOON + 1,
  })
})

describe('of several endpoints, a request uses', () => {
  const both = member('a', {}, { dialects: new Set(['openai', 'anthropic']) })
  const wishes: EndpointWish[] = [asMessages, asChat]
  const moment = (...cooled: [key: string, until: number | null][]) =>
    coolAll(cooled.map(([key, until]) => ({ subject: 'a', key, until }))).view()

  test('the first that is not in cooldown', () => {
    expect(endpointFor(both, wishes, moment())).toBe(asMessages)
    expect(endpointFor(both, wishes, moment(['route /messages', NOON + 1]))).toBe(asChat)
    expect(endpointFor(both, wishes, moment(['route /messages', null]))).toBe(asChat)
    expect(endpointFor(both, wishes, moment(['route /messages', NOON]))).toBe(asMessages)
  })

  test('the first, if all are in cooldown', () => {
    expect(endpointFor(both, wishes, moment(['route /messages', null], [CHAT, null]))).toBe(asMessages)
  })

  test('none that the account lacks, while it has another', () => {
    expect(endpointFor(member('a'), wishes, moment())).toBe(asChat)
    expect(endpointFor(member('a'), wishes, moment([CHAT, null]))).toBe(asChat)
  })
})

describe('an account lacks what is wanted', () => {
  const missing = { reason: 'route-missing' } as const
  const absent = { model: 'm1', reason: 'model-unavailable' } as const
  const chat: Wanted = { model: 'm1' }
  const either: Wanted = { model: 'm1', anyOf: [asChat, asResponses] }

  test.each<[string, boolean, Wanted, (ground: Ground) => void]>([
    ['never, while it has said nothing', false, chat, () => undefined],
    ['when it said that it lacks the model', true, chat, (ground) => ground.cool('a', NOON + 1, absent)],
    ['until a person acts', true, chat, (ground) => ground.cool('a', null, absent)],
    ['no longer, when that has ended', false, chat, (ground) => ground.cool('a', NOON, absent)],
    ['not of another model', false, { model: 'm2' }, (ground) => ground.cool('a', NOON + 1, absent)],
    ['not without a model', false, {}, (ground) => ground.cool('a', NOON + 1, absent)],
    ['not when the model is only busy', false, chat, (ground) => ground.cool('a', NOON + 1, { model: 'm1' })],
    [
      'when it lacks the chat',
      true,
      chat,
      (ground) => ground.cool('a', NOON + 1, { ...missing, model: CHAT }),
    ],
    [
      'when it lacks the endpoint',
      true,
      { route: '/responses' },
      (ground) => ground.cool('a', NOON + 1, { ...missing, model: RESPONSES }),
    ],
    [
      'not when it has another of the endpoints',
      false,
      either,
      (ground) => ground.cool('a', null, { ...missing, model: CHAT }),
    ],
    [
      'when it lacks all of the endpoints',
      true,
      either,
      (ground) =>
        ground
          .cool('a', null, { ...missing, model: CHAT })
          .cool('a', NOON + 1, { ...missing, model: RESPONSES }),
    ],
    [
      'not when it speaks no format of them',
      false,
      { anyOf: [asMessages] },
      (ground) => ground.cool('a', null, { ...missing, model: CHAT }),
    ],
    ['not when another account does', false, chat, (ground) => ground.cool('b', null, absent)],
  ])('%s: %s', (_, isLacking, wanted, given) => {
    const ground = new Ground()
    given(ground)
    expect(lacksWanted(member('a'), wanted, ground.view())).toBe(isLacking)
  })

  test('of two chats, when it lacks both', () => {
    const both = member('a', {}, { dialects: new Set(['openai', 'anthropic']) })
    const ground = new Ground().cool('a', null, { ...missing, model: CHAT })
    expect(lacksWanted(both, chat, ground.view())).toBe(false)
    ground.cool('a', null, { ...missing, model: 'route /messages' })
    expect(lacksWanted(both, chat, ground.view())).toBe(true)
  })
})

describe('a limit that has something left', () => {
  const limits = (metric: Metric, max: number) => {
    const ground = new Ground()
    ground.apply({
      type: 'limits',
      account: 'a',
      limits: [{ metric, window: 'day', max, source: 'configured' }],
    })
    return ground
  }

  test('refuses when the pool leaves the rest to others, and names the share', () => {
    const ground = limits('requests', 10)
    ground.use('a', 8)
    const view = { ...ground.view(), keep: 20 }
    expect(unavailability(member('a'), {}, view)).toMatchObject({
      kind: 'reserved',
      limit: '10/day',
      availableAt: NOON + 720 * MINUTE,
      words: 'what is left of its limit 10/day is reserved: 8 of 10 used, 20% are kept',
    })
    expect(unavailability(member('a'), {}, { ...view, keep: 10 })).toBeNull()
  })

  test('refuses without an end when all of it is left to others', () => {
    const view = { ...limits('requests', 1).view(), keep: 50 }
    expect(unavailability(member('a'), {}, view)).toMatchObject({ kind: 'reserved', availableAt: null })
  })

  test('refuses for a moment when requests in flight may use it up', () => {
    const ground = limits('tokens', 100)
    const hold = { inputTokens: 60, outputTokens: 40, usd: 0 }
    ground.apply({ type: 'reserve', id: 'w-1', account: 'a', hold })
    expect(unavailability(member('a'), {}, ground.view())).toMatchObject({
      kind: 'exhausted',
      availableAt: NOON + 250,
      words: 'the requests in flight may use up its limit 100tokens/day: 0 of 100 used, 100 held',
    })
    expect(isAvailable(member('a'), {}, ground.view())).toBe(false)
    ground.apply({ type: 'settle', id: 'w-1', outcome: 'ok', inputTokens: 1 })
    expect(unavailability(member('a'), {}, ground.view())).toBeNull()
  })
})

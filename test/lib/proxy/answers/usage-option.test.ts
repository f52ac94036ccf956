import { describe, expect, test } from 'vitest'
import { DONE, STOP, delta, events, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import type { Answer } from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'

const STREAM = events(delta('one'), STOP, DONE)

/** A service that has never heard of the option by which streams tell their usage. */
const strict: Answer = (call) => {
  const asked = JSON.parse(call.seen.body.toString()) as Record<string, unknown>
  const refusal = json(400, { error: { message: "Unrecognized request argument: 'stream_options'" } })
  return (asked.stream_options === undefined ? STREAM : refusal)(call)
}

const hasOption = ({ body }: { body: Buffer }) => body.includes('stream_options')

describe('when an upstream refuses the option by which a stream is asked for its usage', () => {
  test('the same account is asked once without it, each request counted, and never asked so again', async () => {
    const upstream = await givenUpstream()
    upstream.always(strict)
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['5/day'] }, { name: 'b' }],
      baseUrl: upstream.baseUrl,
    })
    const reply = await (await proxy.stream()).whole()
    expect(reply.status).toBe(200)
    expect(reply.text).toContain('one')
    expect(reply.headers['x-qwenctl-attempts']).toBe('2')
    await (await proxy.stream()).whole()
    expect(upstream.requests.map(hasOption)).toEqual([true, false, false])
    expect(upstream.count(makeKey('a'))).toBe(3)
    expect(await proxy.used()).toMatchObject({ a: 3 })
    const settlements = await proxy.settlements()
    expect(settlements).toMatchObject([{ outcome: 'bad-request' }, { outcome: 'ok' }, { outcome: 'ok' }])
    expect(settlements[1]).toHaveProperty('estimatedTokens')
  })

  test('it is not asked so again after a change of the accounts', async () => {
    const upstream = await givenUpstream()
    upstream.always(strict)
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    await (await proxy.stream()).whole()
    await proxy.toolkit.accounts.set('a', { weight: 2 })
    await proxy.toolkit.accounts.rename('a', 'renamed')
    await expect
      .poll(async () => (await (await proxy.stream()).whole()).headers['x-qwenctl-account'], {
        timeout: 20_000,
      })
      .toBe('renamed')
    expect(upstream.requests.filter(hasOption)).toHaveLength(1)
  })

  test('a translated request goes the same way', async () => {
    const upstream = await givenUpstream()
    upstream.always(strict)
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const reply = await proxy.post('/v1/messages', { ...QUESTION, max_tokens: 10, stream: true })
    expect(reply.status).toBe(200)
    expect(reply.text).toContain('message_stop')
    expect(upstream.requests.map(hasOption)).toEqual([true, false])
  })

  test('that the client sent itself, the client gets the refusal', async () => {
    const upstream = await givenUpstream()
    upstream.next(strict)
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const reply = await (await proxy.stream({ stream_options: { include_usage: true } })).whole()
    expect(reply.status).toBe(400)
    expect(reply.text).toContain('stream_options')
  })

  test('and refuses the request all the same without it, the client gets that, and the option is kept', async () => {
    const upstream = await givenUpstream()
    const other = json(400, { error: { message: 'no such tool; stream_options seen' } })
    upstream.next(other, other, STREAM)
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    expect((await (await proxy.stream()).whole()).status).toBe(400)
    expect((await (await proxy.stream()).whole()).status).toBe(200)
    expect(upstream.requests.map(hasOption)).toEqual([true, false, true])
  })
})

describe('when an error is larger than what is held', () => {
  const filler = 'x'.repeat(2 << 20)

  test('and another account may do better, it is asked', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('a'), json(503, { error: { message: 'overloaded', filler } }))
    upstream.nextFor(makeKey('b'), json(200, { choices: [] }))
    const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
    const reply = await proxy.chat()
    expect(reply.status).toBe(200)
    expect(reply.headers['x-qwenctl-account']).toBe('b')
    expect(proxy.attempts.map(({ outcome }) => outcome)).toEqual(['overloaded', 'ok'])
  })

  test('and about the request itself, the client gets all of it', async () => {
    const upstream = await givenUpstream()
    upstream.next(json(400, { error: { message: 'bad tool', filler } }))
    const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
    const reply = await proxy.chat()
    expect(reply.status).toBe(400)
    expect(reply.body.length).toBeGreaterThan(filler.length)
    expect(reply.json.error.message).toBe('bad tool')
  })
})

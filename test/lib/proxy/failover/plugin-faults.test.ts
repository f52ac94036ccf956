// A plugin with functions that misbehave, in a running proxy: its account is out or unknown, and all others serve on.

import { expect, test } from 'vitest'
import { outcomeClasses } from '../../../../src/lib/quota/log/events.ts'
import { callWithinBounds } from '../../../../src/lib/terminal/plugins/bounded-call.ts'
import { builtinAnswers } from '../../../../src/lib/toolkit/providers/provider-answers.ts'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'

const kinds: Record<string, () => unknown> = {
  throws: () => {
    throw new Error('boom')
  },
  'is of a wrong type': () => ({ class: 'banana', limits: {} }),
  'is a promise that fails': () => Promise.reject(new Error('later')),
  'never comes': () => {
    for (;;);
  },
}
const parts = ['bases', 'authHeaders', 'outcome', 'counts', 'usage', 'hasRoute', 'limitsFrom', 'serves']
const cases = parts.flatMap((part) => Object.entries(kinds).map(([kind, broken]) => ({ part, kind, broken })))

/** A proxy with an account of a plugin before another one. */
function givenCrashy(origin: string, authHeaders: () => unknown) {
  const plugin = { id: 'crashy', baseUrl: `${origin}/crashy/v1`, authHeaders }
  return givenProxy({
    accounts: [
      { name: 'bad', provider: 'crashy', priority: 0 },
      { name: 'good', priority: 1, baseUrl: `${origin}/good/v1` },
    ],
    toolkit: {
      callPlugin: callWithinBounds,
      loadProviders: async () => {
        const { answers, failures } = await builtinAnswers()
        return { answers: [...answers, { plugin: 'plugin-crashy', providers: [plugin] }], failures }
      },
    },
    troubles: /^plugin plugin-crashy, (account crashy\/bad|provider crashy): /,
  })
}

test.each(cases)(
  'when $part $kind, other accounts serve, and the ledger stays sound',
  async ({ part, broken }) => {
    const upstream = await givenUpstream()
    const answers = [chat(), json(500, { error: { message: 'down' } })]
    let asked = 0
    upstream.always(chat())
    upstream.always((call) => answers[asked++ % 2]?.(call), makeKey('bad'))
    const plugin = {
      id: 'crashy',
      baseUrl: `${upstream.origin}/crashy/v1`,
      limitHeaders: ['content-type'],
      [part]: broken,
    }
    const proxy = await givenProxy({
      accounts: [
        { name: 'bad', provider: 'crashy', priority: 0 },
        { name: 'good', priority: 1, baseUrl: `${upstream.origin}/good/v1` },
      ],
      toolkit: {
        callPlugin: callWithinBounds,
        loadProviders: async () => {
          const { answers, failures } = await builtinAnswers()
          return { answers: [...answers, { plugin: 'plugin-crashy', providers: [plugin] }], failures }
        },
      },
      troubles: /^plugin plugin-crashy, (account crashy\/bad|provider crashy): /,
    })
    const replies = []
    for (let i = 0; i < 3; i += 1) replies.push(await proxy.chat())
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await proxy.chat({}, { 'x-qwenctl-account': 'custom/good' })).status).toBe(200)
    for (const { outcome } of await proxy.settlements()) expect(outcomeClasses).toContain(outcome)
    expect(proxy.troubles.length + proxy.toolkit.warnings().length).toBeLessThan(4)
  },
)

test('one exception of a plugin takes its account out of no later request', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  let asked = 0
  const authHeaders = () => {
    if (asked++ === 0) throw new Error('no signature')
    return { authorization: `Bearer ${makeKey('bad')}` }
  }
  const proxy = await givenCrashy(upstream.origin, authHeaders)
  expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('good')
  expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('bad')
})

test('an account with a plugin that cannot make the headers shows the fault and what to type, and is tested again later', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const authHeaders = () => {
    throw new Error('no signature')
  }
  const proxy = await givenCrashy(upstream.origin, authHeaders)
  for (let n = 0; n < 2; n += 1) expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('good')
  const told = {
    status: 'plugin-failed',
    statusReason: expect.stringContaining('no signature') as string,
    fix: 'qwenctl auth verify crashy/bad',
  }
  expect((await proxy.quota()).bad).toMatchObject(told)
  expect(await proxy.toolkit.accounts.verify('bad')).toMatchObject({ result: 'refused', account: told })
  expect((await proxy.chat()).headers['x-qwenctl-attempts']).toBe('1')
})

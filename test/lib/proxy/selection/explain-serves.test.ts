// The account that `quota explain` calls next is the account that serves, over pools and requests of all kinds.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isQwenctlError } from '../../../../src/lib/base/errors.ts'
import { measureBody } from '../../../../src/lib/proxy/pipeline/plan/measure-body.ts'
import { isForeseen } from '../../../../src/lib/rotation/explain.ts'
import { strategyNames } from '../../../../src/lib/rotation/strategies/strategies.ts'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import type { ExplainDocument, ExplainQuery } from '../../../../src/lib/toolkit/views.ts'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import type { Answer } from '../../../support/servers/fake-upstream.ts'
import type { TestProxy } from '../../../support/servers/proxy-harness.ts'
import { givenProxy, newAccount } from '../../../support/servers/proxy-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const POOLS = 25
const REQUESTS = 20

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
}
const response = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'm',
  created_at: 1,
  output: [],
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
}
const embedding = { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0] }], model: 'm' }

const candidates = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
}

/** Answers each endpoint in its own format. */
const answer: Answer = (call) => {
  const { path } = call.seen
  if (path.includes(':generateContent')) return json(200, candidates)(call)
  if (path.endsWith('/images/generations')) return json(200, { created: 1, data: [{ b64_json: '' }] })(call)
  if (path.endsWith('/messages')) return json(200, message)(call)
  if (path.endsWith('/responses')) return json(200, response)(call)
  if (path.endsWith('/embeddings')) return json(200, embedding)(call)
  return chat()(call)
}

const models = ['m1', 'm2', 'm3']
/** A whole name that is also a model of a provider. */
const WHOLE = 'qwen/m1'
const CHAT = '/v1/chat/completions'
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const schema = { type: 'object', properties: { path: { type: 'string' } } }

type Content = 'text' | 'tools' | 'image' | 'long' | 'huge'
const repeats: Partial<Record<Content, number>> = { long: 1_000, huge: 60_000 }
const makeText = (content: Content) => 'word '.repeat(repeats[content] ?? 1)

/** The bodies of a client, by endpoint: some bring tools, a picture or a very long text. */
const bodies: Readonly<Record<string, (model: string, content: Content, most?: number) => object>> = {
  [CHAT]: (model, content, most) => ({
    model,
    max_tokens: most,
    messages: [
      {
        role: 'user',
        content:
          content === 'image'
            ? [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }]
            : makeText(content),
      },
    ],
    ...(content === 'tools' && {
      tools: [{ type: 'function', function: { name: 'read', parameters: schema } }],
    }),
  }),
  '/v1/messages': (model, content, most = 5) => ({
    model,
    max_tokens: most,
    messages: [
      {
        role: 'user',
        content:
          content === 'image'
            ? [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }]
            : makeText(content),
      },
    ],
    ...(content === 'tools' && { tools: [{ name: 'read', input_schema: schema }] }),
  }),
  '/v1/responses': (model, content, most) => ({
    model,
    max_output_tokens: most,
    input:
      content === 'image'
        ? [
            {
              role: 'user',
              content: [{ type: 'input_image', image_url: `data:image/png;base64,${PIXEL}` }],
            },
          ]
        : makeText(content),
    ...(content === 'tools' && { tools: [{ type: 'function', name: 'read', parameters: schema }] }),
  }),
  '/v1/embeddings': (model, content) => ({ model, input: makeText(content) }),
  '/v1/images/generations': (model) => ({ model, prompt: 'a square' }),
  '/v1beta/models/MODEL:generateContent': (_model, content, most) => ({
    ...(most === undefined ? {} : { generationConfig: { maxOutputTokens: most } }),
    contents: [
      {
        role: 'user',
        parts:
          content === 'image'
            ? [{ inlineData: { mimeType: 'image/png', data: PIXEL } }]
            : [{ text: makeText(content) }],
      },
    ],
    ...(content === 'tools' && {
      tools: [{ functionDeclarations: [{ name: 'read', parameters: { ...schema, type: 'OBJECT' } }] }],
    }),
  }),
  '/api/chat': (model, content, most) => ({
    model,
    stream: false,
    ...(most === undefined ? {} : { options: { num_predict: most } }),
    messages: [
      content === 'image'
        ? { role: 'user', content: 'hi', images: [PIXEL] }
        : { role: 'user', content: makeText(content) },
    ],
    ...(content === 'tools' && {
      tools: [{ type: 'function', function: { name: 'read', parameters: schema } }],
    }),
  }),
}
const seldom = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

/** Limits of tokens and dollars, for some of which a request is too large. */
const budgets: string[][] = [
  ['900tokens/day'],
  ['3000tokens/day', '40/day'],
  ['2500input-tokens/day'],
  ['0.02usd/day'],
]

const anAccount = fc.record({
  provider: fc.constantFrom('custom', 'custom', 'qwen', 'anthropic', 'gemini', 'sandbox'),
  user: fc.constantFrom('ann', 'bob'),
  priority: fc.nat(1),
  weight: fc.constantFrom(1, 3),
  groups: fc.subarray<string>(['day', 'night']),
  limits: fc.constantFrom<string[][]>([], ['10/day'], ['4/minute', '100/day'], ...budgets),
  models: fc.option(fc.subarray([...models, WHOLE]), { nil: null }),
  quotaGroup: fc.constantFrom(null, 'org'),
})
const anEvent = fc.record({
  kind: fc.constantFrom('account', 'model', 'route', 'group', 'disabled', 'guess', 'used', 'used'),
  n: fc.nat(7),
})
const aKey = fc.record({
  user: fc.constantFrom(null, null, 'ann', 'bob'),
  groups: fc.constantFrom<string[][]>([], [], ['day']),
  models: fc.constantFrom<string[][]>([], [], ['m1', 'm2']),
  limits: seldom(fc.constantFrom<string[][]>(['5000tokens/day'], ['0.05usd/day'])),
})
const aPool = fc.record({
  accounts: fc.array(anAccount, { minLength: 3, maxLength: 8, size: 'max' }),
  events: fc.array(anEvent, { maxLength: 3 }),
  keys: fc.array(aKey, { minLength: 1, maxLength: 2 }),
  strategy: fc.constantFrom(...strategyNames.filter(isForeseen)),
  affinity: fc.boolean(),
  reserve: fc.constantFrom(0, 20),
  user: fc.constantFrom(null, null, null, 'ann'),
  caps: fc.constantFrom(null, null, null, 'rate: [12/day]', 'concurrency: 2', 'perAccountConcurrency: 1'),
})
const aRequest = fc.record({
  key: fc.nat(1),
  model: fc.constantFrom(...models, 'coder', WHOLE, 'custom/m2', 'nothing', 'sandbox-small'),
  route: fc.constantFrom(undefined, undefined, ...Object.keys(bodies)),
  content: fc.constantFrom('text', 'text', 'tools', 'image', 'long', 'huge'),
  /** The bound that the client sets on the answer. */
  most: fc.constantFrom(5, 5, 400, 20_000, undefined),
  group: seldom(fc.constantFrom('day')),
  session: fc.constantFrom(undefined, 'one', 'two'),
  account: seldom(fc.nat(7)),
})
type Pool = typeof aPool extends fc.Arbitrary<infer Value> ? Value : never
type Request = typeof aRequest extends fc.Arbitrary<infer Value> ? Value : never

/** A home with the accounts of the pool, some of them in cooldown or disabled. */
async function givenHome(pool: Pool, baseUrl: string): Promise<{ home: string; secrets: string[] }> {
  const home = temporaryFolder()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  try {
    for (const [n, { quotaGroup, ...account }] of pool.accounts.entries()) {
      const group = quotaGroup === null ? {} : { quotaGroup }
      await toolkit.accounts.add(newAccount({ ...account, ...group, name: `a${n}` }, baseUrl))
    }
    await playEvents(toolkit, pool)
    const secrets = []
    for (const [n, { user, limits, ...key }] of pool.keys.entries()) {
      const owner = { ...(user === null ? {} : { user }), ...(limits === undefined ? {} : { limits }) }
      const own = pool.accounts.filter((account) => user === null || account.user === user)
      // A group without accounts is refused.
      const groups = key.groups.filter((group) => own.some((account) => account.groups.includes(group)))
      secrets.push((await toolkit.keys.create({ ...key, ...owner, groups, name: `k${n}` })).secret)
    }
    return { home, secrets }
  } finally {
    await toolkit.close()
  }
}

async function playEvents(toolkit: Toolkit, { events }: Pool): Promise<void> {
  const accounts = await toolkit.accounts.records()
  const ledger = await toolkit.ledger()
  const cool = (subject: string, more: { model?: string; guessed?: true; until?: string } = {}) => {
    const until = new Date(ledger.now() + 600_000).toISOString()
    return ledger.record([{ type: 'cool', subject, reason: 'overloaded', until, ...more }])
  }
  for (const { kind, n } of events) {
    const account = accounts[n % accounts.length]!
    if (kind === 'account') await cool(account.id)
    if (kind === 'guess')
      await cool(account.id, { guessed: true, until: new Date(ledger.now() + 1).toISOString() })
    if (kind === 'model') await cool(account.id, { model: 'm1' })
    if (kind === 'route') await cool(account.id, { model: 'route /chat/completions' })
    if (kind === 'group') await cool(`group:${account.user}:${account.provider}/org`)
    if (kind === 'used') {
      const reservation = (await ledger.reserve({ account: account.id }))!
      const use = { inputTokens: 400, outputTokens: 300, costUsd: 0.015 }
      ledger.settle(reservation, { outcome: 'ok', ...use })
    }
    if (kind === 'disabled') await toolkit.accounts.setEnabled(account.id, false)
  }
}

/** A running proxy of the pool, which `quota explain` finds as it finds any. */
async function given(pool: Pool): Promise<{ proxy: TestProxy; secrets: string[] }> {
  const upstream = await givenUpstream()
  upstream.always(answer)
  const { home, secrets } = await givenHome(pool, upstream.baseUrl)
  const { strategy, affinity, reserve, user, caps } = pool
  const config = `aliases:\n  coder: [qwen/m2, custom/m1, m3]\nprices:\n  custom/*: { input: 2, output: 10 }\nproxy:\n  reserve: ${reserve}%\n${caps === null ? '' : `caps:\n  ${caps}\n`}`
  const proxy = await givenProxy({ home, settings: { strategy, affinity, user }, config })
  const { url } = proxy.running
  const port = Number(new URL(url).port)
  proxy.toolkit.proxies.register({
    pid: process.pid,
    url,
    host: '127.0.0.1',
    port,
    accounts: pool.accounts.length,
    workers: [],
    startedAt: new Date().toISOString(),
    version: null,
    strategy,
    affinity,
    user,
    reserve: `${reserve}%`,
  })
  return { proxy, secrets }
}

/** The path of a request, which may name its model. */
function pathFor({ route = CHAT, model }: Request): string {
  return route.replace('MODEL', model)
}

const bodyFor = ({ route = CHAT, model, content, most }: Request) => bodies[route]!(model, content, most)

function queryFor(request: Request, pool: Pool): ExplainQuery {
  const { key, model, route, group, session, account } = request
  const isNamed = route?.includes('MODEL') === true
  return {
    ...(isNamed ? {} : { model }),
    key: `k${key % pool.keys.length}`,
    ...(route === undefined ? {} : { route: pathFor(request) }),
    ...(group === undefined ? {} : { group }),
    ...(session === undefined ? {} : { session }),
    ...(account === undefined ? {} : { account: `a${account % pool.accounts.length}` }),
    size: measureBody(Buffer.from(JSON.stringify(bodyFor(request))), pathFor(request)).size,
  }
}

test(`over ${POOLS * REQUESTS} requests, the account that explain calls next is the one that serves`, async () => {
  let served = 0
  let tooLarge = 0
  let bounded = 0
  const run = async (pool: Pool, requests: Request[]) => {
    const { proxy, secrets } = await given(pool)
    const { quotas } = proxy.toolkit
    const ledger = await proxy.toolkit.ledger()
    for (const request of requests) {
      await ledger.catchUp()
      const query = queryFor(request, pool)
      const told = await quotas.explain(query).catch((error: unknown) => {
        if (isQwenctlError(error)) return error
        throw error
      })
      const { key, session, group, account } = request
      const reply = await proxy.post(pathFor(request), bodyFor(request), {
        authorization: `Bearer ${secrets[key % secrets.length]}`,
        ...(session === undefined ? {} : { 'x-session-id': session }),
        ...(group === undefined ? {} : { 'x-qwenctl-group': group }),
        ...(account === undefined ? {} : { 'x-qwenctl-account': query.account as string }),
      })
      if (reply.status === 200) served += 1
      const about = JSON.stringify({ query, reply: [reply.status, reply.text.slice(0, 300)] })
      if (isQwenctlError(told)) expect(reply.headers['x-qwenctl-error'], about).toBe(told.code)
      else if (findNext(told) === null) expect(reply.status, about).toBeGreaterThan(399)
      else {
        const answers = [200, ...(query.route?.includes('/images/') === true ? [404] : [])] // not simulated
        expect(answers, about).toContain(reply.status)
        expect(reply.headers['x-qwenctl-account'], about).toBe(findNext(told))
        if (reply.status !== 200) continue
        const { maxTokens } = told.accounts.find(({ id }) => id === told.next)!
        expect(reply.headers['x-qwenctl-max-tokens'], about).toBe(maxTokens?.toString())
        if (maxTokens !== null) bounded += 1
      }
      if (!isQwenctlError(told))
        tooLarge += told.accounts.filter(({ reason }) => reason?.code === 'too-little-left').length
    }
  }
  await fc.assert(
    fc.asyncProperty(aPool, fc.array(aRequest, { minLength: REQUESTS, maxLength: REQUESTS }), run),
    { numRuns: POOLS, endOnFailure: true },
  )
  expect(served).toBeGreaterThan((POOLS * REQUESTS) / 4)
  expect(tooLarge + bounded).toBeGreaterThan(0)
})

function findNext({ accounts, next }: ExplainDocument): string | null {
  return accounts.find(({ id }) => id === next)?.name ?? null
}

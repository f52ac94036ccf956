import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { defineProvider } from '../../../../src/lib/provider/define-provider.ts'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import type { Provider } from '../../../../src/lib/provider/provider.ts'
import { LearnedLimits } from '../../../../src/lib/proxy/pool/learned-limits.ts'
import type { Notice } from '../../../../src/lib/quota/ledger.ts'
import type { Member } from '../../../../src/lib/rotation/pool/member.ts'
import { buildMember } from '../../../../src/lib/rotation/pool/member.ts'
import { Pool } from '../../../../src/lib/rotation/pool/pool.ts'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { openLedger } from '../../../../src/lib/store/ledger/open-ledger.ts'
import type { TicketLedger } from '../../../../src/lib/store/ledger/ticket-ledger.ts'
import { accountRecord } from '../../../support/account-record.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')
const SECOND = 1000
const MINUTE = 60 * SECOND
const iso = (at: number) => new Date(at).toISOString()

const provider = (id: string): Provider => builtinProviders.find((candidate) => candidate.id === id)!
const groq = (requests: number, remaining: number, reset = '6s') => ({
  'x-ratelimit-limit-requests': String(requests),
  'x-ratelimit-remaining-requests': String(remaining),
  'x-ratelimit-reset-requests': reset,
})

/** A ledger of its own on disk, an account at a provider, and answers to it. */
class Scene {
  now = NOON
  readonly home: string
  ledger!: TicketLedger
  learned!: LearnedLimits
  readonly member: Member
  readonly written: Notice[] = []
  #done: Promise<void>[] = []

  constructor(home: string, of: Provider, quotaGroup: string | null) {
    this.home = home
    this.member = buildMember(accountRecord({ provider: of.id, name: 'work', quotaGroup }), of)
  }

  static async open(
    of: Provider,
    { home = temporaryFolder(), quotaGroup = null }: { home?: string; quotaGroup?: string | null } = {},
  ): Promise<Scene> {
    const scene = new Scene(home, of, quotaGroup)
    const ledger = await openLedger(resolveHome({ QWENCTL_HOME: home }), { clock: () => scene.now })
    onTestFinished(() => ledger.close())
    scene.ledger = ledger
    scene.learned = new LearnedLimits({
      ledger,
      record: (notices) => {
        scene.written.push(...notices)
        scene.#done.push(ledger.record(notices))
      },
    })
    return scene
  }

  /** How long the requests of the answers take. */
  ageMs = 0

  /** An answer's head (and body, where it is an error); what it teaches is in the ledger when this resolves. */
  async answer(headers: Record<string, string>, model: string | null = 'm', error?: unknown): Promise<void> {
    const more = error === undefined ? {} : { error }
    this.learned.note(
      this.member,
      model,
      { get: (name) => headers[name] },
      { now: this.ledger.now(), ageMs: this.ageMs, ...more },
    )
    await Promise.all(this.#done.splice(0))
  }

  /** A request through the pool, granted and settled; false: no account may serve it. */
  async serve(model = 'm'): Promise<boolean> {
    const pool = new Pool([this.member], { strategy: 'priority', affinity: false })
    const view = { state: this.ledger.state, now: this.ledger.now(), random: () => 0 }
    for (const { account } of pool.candidates({ model }, view)) {
      const reservation = await this.ledger.reserve({ account: account.id })
      if (reservation === null) continue
      this.ledger.settle(reservation, { outcome: 'ok', model })
      await setImmediate() // settlements are written within the turn
      return true
    }
    return false
  }

  lines(): Record<string, unknown>[] {
    const folder = join(this.home, 'ledger')
    return readdirSync(folder)
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }
}

test('when an answer tells a limit of a day, it is counted from what is left and gates that model alone', async () => {
  const scene = await Scene.open(provider('groq'))
  await scene.answer(groq(3, 1, '16h'))
  expect(scene.written).toEqual([
    {
      type: 'learn',
      account: scene.member.account.id,
      limits: [
        {
          metric: 'requests',
          window: 'day@refill',
          max: 3,
          from: 'x-ratelimit-limit-requests',
          model: 'm',
          remaining: 1,
        },
      ],
    },
  ])
  expect([await scene.serve(), await scene.serve()]).toEqual([true, false])
  expect(await scene.serve('other')).toBe(true)
})

test('when the next answers say the same limit, whatever is left, nothing more is written', async () => {
  const scene = await Scene.open(provider('groq'))
  for (const left of [2999, 2998, 2997])
    await scene.answer(groq(3000, left, `${((3000 - left) * 86_400) / 3000}s`))
  expect(scene.lines().filter(({ type }) => type === 'learn')).toHaveLength(1)
  await scene.answer(groq(500, 400, '288m'))
  await scene.answer(groq(9000, 400, '1376m'))
  const { modelLimits } = scene.ledger.state.subjects.get(scene.member.account.id)!
  expect(modelLimits).toMatchObject([{ max: 9000 }])
  expect(scene.lines().filter(({ type }) => type === 'learn')).toHaveLength(3)
})

test('when other programs use most of a limit, the next answer that says so is believed, once', async () => {
  const scene = await Scene.open(provider('groq'))
  const left = (count: number) => groq(3000, count, `${((3000 - count) * 86_400) / 3000}s`)
  await scene.answer(left(2999))
  for (let count = 0; count < 5; count += 1) await scene.answer(left(40))
  const learned = scene.lines().filter(({ type }) => type === 'learn')
  expect(learned).toHaveLength(2)
  expect(learned[1]).toMatchObject({ limits: [{ max: 3000, remaining: 40, counted: true }] })
  const [limit] = scene.ledger.state.subjects.get(scene.member.account.id)!.modelLimits
  expect(limit!.max - limit!.usage.used).toBe(40)
})

test('when a process starts again, what was learned is there, and it is not written again', async () => {
  const first = await Scene.open(provider('groq'))
  await first.answer(groq(3, 0, '6m'))
  const second = await Scene.open(provider('groq'), { home: first.home })
  await second.answer(groq(3, 0, '6m'))
  expect(second.written).toEqual([])
  expect(await second.serve()).toBe(false)
})

test('when nothing is left until a time, the account rests until then before it is asked again', async () => {
  const scene = await Scene.open(provider('openai'))
  await scene.answer(groq(60, 0, '6m0s'), 'gpt-4o')
  expect(scene.written).toEqual([
    {
      type: 'cool',
      subject: scene.member.account.id,
      model: 'gpt-4o',
      until: iso(NOON + 6 * MINUTE),
      reason: 'rate-short',
      evidence: 'nothing is left of it, says x-ratelimit-limit-requests',
    },
  ])
  expect(await scene.serve('gpt-4o')).toBe(false)
  expect(await scene.serve('gpt-4o-mini')).toBe(true)
  scene.now = NOON + 6 * MINUTE
  expect(await scene.serve('gpt-4o')).toBe(true)
})

test('when a reset is when all is back, a day of it is shortened, and says so', async () => {
  const scene = await Scene.open(provider('openai'))
  await scene.answer(groq(200, 0, '23h'))
  expect(scene.written).toMatchObject([
    { until: iso(NOON + 10 * MINUTE), evidence: expect.stringMatching(/^shortened; /) as string },
    { type: 'learn', limits: [{ max: 200, remaining: 0, window: 'day@refill' }] },
  ])
})

test('when a window of a plan is used up, the whole quota group rests, however long', async () => {
  const scene = await Scene.open(provider('anthropic'), { quotaGroup: 'org' })
  const status = 'anthropic-ratelimit-unified'
  const reset = String((NOON + 72 * 60 * MINUTE) / 1000)
  await scene.answer({
    [`${status}-status`]: 'rejected',
    [`${status}-7d-status`]: 'rejected',
    [`${status}-7d-reset`]: reset,
  })
  expect(scene.written).toMatchObject([
    {
      type: 'cool',
      subject: 'group:local:anthropic/org',
      until: iso(NOON + 72 * 60 * MINUTE),
      reason: 'quota-window',
    },
  ])
  expect(scene.written[0]).not.toHaveProperty('model')
})

test('when many answers say at once that nothing is left, it is written once', async () => {
  const scene = await Scene.open(provider('openai'))
  for (let count = 0; count < 50; count += 1) await scene.answer(groq(60, 0, '60s'))
  expect(scene.written.map(({ type }) => type)).toEqual(['cool', 'learn'])
  scene.now += 60 * SECOND
  await scene.answer(groq(60, 0, '60s'))
  expect(scene.written.map(({ type }) => type)).toEqual(['cool', 'learn', 'cool'])
})

test('when a used-up bucket refills sooner than a day, its model serves again, and noise writes nothing', async () => {
  const scene = await Scene.open(provider('groq'))
  await scene.answer(groq(3, 0, '24h'))
  scene.now += 10 * MINUTE
  expect(await scene.serve()).toBe(false)
  await scene.answer(groq(3, 0, '6s'))
  for (const seconds of [6, 7, 5, 8]) await scene.answer(groq(3, 0, `${seconds}s`))
  scene.now += 8 * SECOND
  expect(await scene.serve()).toBe(true)
  expect(scene.written.filter(({ type }) => type === 'learn')).toHaveLength(2)
})

test('when a wait is over before it helps, or no time is named, nothing rests', async () => {
  const scene = await Scene.open(provider('openai'))
  await scene.answer(groq(5000, 0, '12ms'))
  await scene.answer({ 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '0' })
  expect(scene.written).toEqual([])
})

test('when an error names its window, the limit is learned from its words', async () => {
  const scene = await Scene.open(provider('openai'))
  const message = 'Rate limit reached for m on requests per min (RPM): Limit 3, Used 3, Requested 1.'
  await scene.answer({}, 'm', { error: { message, code: 'rate_limit_exceeded' } })
  expect(scene.written).toMatchObject([
    { type: 'learn', limits: [{ max: 3, window: 'minute', remaining: 0, from: 'an error message' }] },
  ])
  await scene.answer({}, null, { error: { message, code: 'rate_limit_exceeded' } })
  expect(scene.written).toHaveLength(1)
})

test('when an error names its end, the window is learned without what was used: the wait decides alone', async () => {
  const scene = await Scene.open(provider('openai'))
  const said = (max: number) =>
    `Rate limit reached for m on requests per min (RPM): Limit ${max}, Used ${max}, Requested 1. Please try again in 20s.`
  await scene.answer({}, 'm', { error: { message: said(3), code: 'rate_limit_exceeded' } })
  const learned = () => scene.written.filter(({ type }) => type === 'learn')
  expect(learned()).toMatchObject([
    { limits: [{ metric: 'requests', window: 'minute', max: 3, model: 'm', from: 'an error message' }] },
  ])
  expect(learned()[0]).not.toHaveProperty('limits.0.remaining')
  await scene.answer({}, 'm', { error: { message: said(60), code: 'rate_limit_exceeded' } })
  expect(learned()).toMatchObject([{}, { limits: [{ window: 'minute', max: 60 }] }])
})

test('when a limit was forgotten, the next answer teaches it again; a day later it is repeated', async () => {
  const scene = await Scene.open(provider('groq'))
  const used = (count: number) => groq(3000, 3000 - count, `${(count * 86_400) / 3000}s`)
  await scene.answer(used(1))
  await scene.ledger.record([{ type: 'forget', account: scene.member.account.id }])
  await scene.answer(used(2))
  expect(scene.written).toHaveLength(2)
  scene.now += 23 * 60 * MINUTE
  await scene.answer(used(3))
  expect(scene.written).toHaveLength(2)
  scene.now += 25 * 60 * MINUTE
  await scene.answer(used(4))
  expect(scene.written).toHaveLength(3)
})

test('when headers jump about, an account writes a few events a minute and no more', async () => {
  const scene = await Scene.open(provider('groq'))
  for (let count = 1; count <= 100; count += 1) await scene.answer(groq(1000 + count, 5))
  expect(scene.written).toHaveLength(6)
  scene.now += MINUTE
  await scene.answer(groq(2000, 5))
  expect(scene.written).toHaveLength(7)
})

test('when corrections of limits used up their events of a minute, a cooldown is still written', async () => {
  const scene = await Scene.open(provider('groq'))
  for (let count = 1; count <= 100; count += 1) await scene.answer(groq(1000 + count, 5))
  await scene.answer(groq(1000, 0, '6s'))
  expect(scene.written.filter(({ type }) => type === 'cool')).toHaveLength(1)
})

test('when an answer comes late, what it says of a minute that has passed changes nothing', async () => {
  const scene = await Scene.open(provider('openai'))
  await scene.answer(groq(50, 49, '1.2s'))
  for (let count = 0; count < 40; count += 1) await scene.serve()
  scene.now += 72 * SECOND
  scene.ageMs = 72 * SECOND
  await scene.answer(groq(50, 9, '49.2s'))
  expect(scene.written).toHaveLength(1)
  scene.ageMs = 0
  await scene.answer(groq(50, 9, '49.2s'))
  expect(scene.written).toHaveLength(2)
})

test('when a plugin tells limits that cannot be, none is learned', async () => {
  const headers = { 'x-ratelimit-limit-requests': '5' }
  const limit = { metric: 'requests', remaining: 1, resetsAt: null, scope: 'account', from: 'x' } as const
  const wrong = [
    { ...limit, max: 0, window: 'day' },
    { ...limit, max: Number.NaN, window: 'day' },
    { ...limit, max: 5, window: 'fortnight' },
    { ...limit, max: 5, window: 'day', metric: 'luck' as 'requests' },
    { ...limit, max: 5, window: 'day', resetsAt: Number.NaN, remaining: 0, metric: null },
  ]
  const odd = await Scene.open(
    defineProvider({ id: 'odd', baseUrl: 'https://o.example', limitsFrom: () => wrong }),
  )
  await odd.answer(headers)
  expect(odd.written).toEqual([])
})

test('when no header of limits comes, the provider is not asked', async () => {
  let asked = 0
  const counting = defineProvider({
    id: 'acme',
    baseUrl: 'https://api.acme.example/v1',
    limitsFrom: () => {
      asked += 1
      return []
    },
  })
  const scene = await Scene.open(counting)
  await scene.answer({ 'content-type': 'application/json' })
  expect(asked).toBe(0)
  const same = { 'x-ratelimit-limit-requests': '5' }
  for (const left of ['4', '3', '2']) await scene.answer({ ...same, 'x-ratelimit-remaining-requests': left })
  expect(asked).toBe(1)
  await scene.answer({}, 'm', { error: { message: 'odd' } })
  expect(asked).toBe(2)
  await scene.answer(same)
  expect(asked).toBe(2)
})

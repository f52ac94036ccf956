import { existsSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { playDemo } from '../../../src/lib/demo/demo-play.ts'
import { endLines } from '../../../src/lib/demo/demo-picture.ts'
import { DemoStage } from '../../../src/lib/demo/demo-stage.ts'
import { DemoStory } from '../../../src/lib/demo/demo-story.ts'
import { paletteFor } from '../../../src/lib/terminal/format/color.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')
const look = { palette: paletteFor({}, {}), unicode: false, columns: 100 }

async function givenStage(now: number): Promise<DemoStage> {
  const fail = (message: string) => expect.unreachable(message)
  const stage = await DemoStage.open({ clock: () => now, onAttempt: () => undefined, onTrouble: fail })
  onTestFinished(() => stage.close())
  return stage
}

function play(stage: DemoStage, now: number, pauses: number[] = []): Promise<DemoStory> {
  return playDemo(stage, {
    now: () => now,
    pause: async (ms) => void pauses.push(ms),
    signal: new AbortController().signal,
    onChange: () => undefined,
  })
}

test('requests go to the accounts in turn as they run out, and all three counts are the same', async () => {
  const stage = await givenStage(NOON)
  const story = await play(stage, NOON)
  expect(story.marks.map(({ account }) => account)).toEqual([
    ...Array<string>(12).fill('work'),
    ...Array<string>(4).fill('home'),
    ...Array<string>(5).fill('spare'),
    null,
  ])
  expect(story.accounts.map(({ counted, upstream }) => [counted, upstream])).toEqual([
    [12, 12],
    [4, 4],
    [5, 5],
  ])
  expect(story.agrees).toBe(true)
})

test('every turn is printed with its reason, and the last answer with its true time', async () => {
  const stage = await givenStage(NOON)
  const story = await play(stage, NOON)
  expect(story.beats.map(({ request, text }) => `${request} ${text}`)).toEqual([
    '1 work goes first: its priority number is the lowest',
    '13 work is out: 12/day is used up, back in 12 h; home takes over',
    '16 the key of home is revoked at the provider',
    '17 home is out: its key is refused (invalid_api_key: the simulated key was revoked); spare answers the same request, at attempt 2',
    '22 429, retry-after 43200 s: work returns first, at 2026-11-23 00:00 UTC',
  ])
  expect(story.poolOut).toMatchObject({ retryAfterMs: 43_200_000, account: 'work' })
})

test('just before midnight UTC, the counters do not start again in the middle', async () => {
  const late = Date.parse('2026-11-22T23:59:58.000Z')
  const stage = await givenStage(late)
  const story = await play(stage, late)
  expect(story.agrees).toBe(true)
  expect(story.poolOut?.resetsAt).toBe('2026-11-23T15:00:00.000Z')
})

test('with a watcher, it takes between eight and twenty seconds', async () => {
  const stage = await givenStage(NOON)
  const pauses: number[] = []
  await play(stage, NOON, pauses)
  const total = pauses.reduce((sum, ms) => sum + ms, 0)
  expect(total).toBeGreaterThan(8_000)
  expect(total).toBeLessThan(20_000)
})

test('after a refill every account answers again, also the one with the revoked key', async () => {
  const stage = await givenStage(NOON)
  await play(stage, NOON)
  await stage.refill()
  const accounts = await stage.accounts()
  expect(accounts.map(({ counted, status }) => [counted, status])).toEqual([
    [0, 'ready'],
    [0, 'ready'],
    [0, 'ready'],
  ])
})

test('when closed, nothing of its home is left', async () => {
  const stage = await givenStage(NOON)
  expect(existsSync(stage.home)).toBe(true)
  await stage.close()
  expect(existsSync(stage.home)).toBe(false)
})

test('when the counts differ, the summary says so', () => {
  const story = new DemoStory('http://127.0.0.1:3000', [
    {
      name: 'work',
      limit: '12/day',
      max: 12,
      counted: 1,
      upstream: 2,
      status: 'ready',
      statusReason: null,
      availableAt: null,
    },
  ])
  const reply = { status: 200, account: 'work', attempts: 1, isStreamed: false, isComplete: true }
  story.answeredWith({ ...reply, retryAfter: null, message: null }, story.accounts, NOON)
  expect(story.agrees).toBe(false)
  expect(endLines(story, look).join('\n')).toContain('they DISAGREE')
})

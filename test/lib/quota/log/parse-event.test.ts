import { expect, test } from 'vitest'
import { outcomeClasses } from '../../../../src/lib/quota/log/events.ts'
import { parseEvent } from '../../../../src/lib/quota/log/parse-event.ts'

const at = '2026-11-22T00:00:00.000Z'

test('when the outcome of a settlement is unknown, the request has ended, and counts as overloaded', () => {
  const line = JSON.stringify({ type: 'settle', id: 'w-1', outcome: 'banana', at })
  expect(parseEvent(line)).toEqual({ type: 'settle', id: 'w-1', outcome: 'overloaded', at })
})

test('when the reason of a cooldown is unknown, it holds as long as it says', () => {
  const cooldown = { type: 'cool', subject: 'acc_1', until: at, reason: 'banana', at }
  expect(parseEvent(JSON.stringify(cooldown))).toEqual({ ...cooldown, reason: 'overloaded' })
})

test.each(outcomeClasses)('a known outcome stays as it is: %s', (outcome) => {
  const event = { type: 'settle', id: 'w-1', outcome, at }
  expect(parseEvent(JSON.stringify(event))).toEqual(event)
})

test.each([7, null, '', undefined, {}])(
  'a settlement without a text as its outcome is no event: %s',
  (outcome) => {
    expect(parseEvent(JSON.stringify({ type: 'settle', id: 'w-1', outcome, at }))).toBeNull()
  },
)

const limit = { metric: 'requests', window: 'day', max: 5, source: 'configured' }
const learned = { metric: 'requests', window: 'day', max: 5, from: 'x-limit' }

/** A whole event of each type, and the damage that makes it none. */
const events: [whole: Record<string, unknown>, damaged: Record<string, unknown>[]][] = [
  [
    { type: 'reserve', id: 'w-1', account: 'a', also: ['k'], keep: 20, probe: ['a m'] },
    [
      { id: '' },
      { id: 7 },
      { account: null },
      { also: 'k' },
      { also: [7] },
      { keep: 100 },
      { keep: 1.5 },
      { keep: -1 },
    ].concat([{ probe: 'a m' } as never, { probe: [''] } as never, { probe: [7] } as never]),
  ],
  [
    { type: 'settle', id: 'w-1', outcome: 'ok', inputTokens: 1, unreached: 'refused' },
    [{ id: null }, { inputTokens: -1 }, { outputTokens: '7' }, { costUsd: null }, { unreached: '' }],
  ],
  [
    { type: 'limits', account: 'a', limits: [limit] },
    [
      { account: '' },
      { limits: null },
      { limits: {} },
      { limits: [7] },
      { limits: [{ ...limit, max: -1 }] },
    ].concat([
      { limits: [{ ...limit, window: 'fortnight' }] },
      { limits: [{ ...limit, metric: 'bananas' }] },
      { limits: [limit, { ...limit, max: '5' }] },
    ] as never[]),
  ],
  [
    { type: 'learn', account: 'a', limits: [learned] },
    [{ account: 7 }, { limits: [{ ...learned, from: '' }] }, { limits: [{ ...learned, model: 7 }] }].concat([
      { limits: [{ ...learned, remaining: -1 }] },
    ] as never[]),
  ],
  [{ type: 'reset', account: 'a' }, [{ account: '' }, { account: undefined }]],
  [{ type: 'forget', account: 'a' }, [{ account: '' }, { account: 7 }]],
  [{ type: 'drop', account: 'a' }, [{ account: '' }, { account: 7 }]],
  [
    { type: 'cool', subject: 'a', reason: 'rate-short', until: at },
    [
      { subject: '' },
      { subject: 7 },
      { reason: '' },
      { reason: 7 },
      { until: 'soon' },
      { until: 7 },
      { until: undefined },
    ],
  ],
  [{ type: 'clear', subject: 'a' }, [{ subject: '' }, { subject: null }]],
  [
    { type: 'clock', boot: '', uptime: 7, writer: 'w' },
    [{ boot: 7 }, { boot: undefined }, { uptime: 1.5 }, { uptime: '7' }, { writer: '' }],
  ],
  [{ type: 'lost', what: 'a day' }, [{ what: '' }, { what: 7 }]],
  [{ type: 'close', next: '2026-11-23' }, [{ next: '' }, { next: '23 November' }, { next: 20261123 }]],
]

test.each(events)('a line of the type $type is an event only when it is whole', (whole, damaged) => {
  expect(parseEvent(JSON.stringify({ ...whole, at }))).toEqual({ ...whole, at })
  for (const damage of [...damaged, { at: 'noon' }, { at: undefined }, { type: 'banana' }])
    expect(parseEvent(JSON.stringify({ ...whole, at, ...damage })), JSON.stringify(damage)).toBeNull()
})

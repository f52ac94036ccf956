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

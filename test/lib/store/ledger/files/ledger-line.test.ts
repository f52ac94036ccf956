import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from '../../../../../src/lib/base/byte-writer.ts'
import type { LedgerEvent } from '../../../../../src/lib/quota/log/events.ts'
import { outcomeClasses } from '../../../../../src/lib/quota/log/events.ts'
import { parseEvent } from '../../../../../src/lib/quota/log/parse-event.ts'
import { LineWriter } from '../../../../../src/lib/store/ledger/files/ledger-line.ts'

const id = fc.stringMatching(/^[a-z0-9.]{1,20}-[a-z0-9]{1,6}$/)
/** Ids of keys and accounts come from documents that other programs can edit. */
const subject = fc.oneof(
  id,
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.constant('k"],"granted":true,"x":["'),
)
const at = fc
  .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  .map((date) => date.toISOString())
const amount = fc.nat()

const settle = fc.record(
  {
    type: fc.constant('settle' as const),
    id,
    at,
    outcome: fc.constantFrom(...outcomeClasses),
    status: fc.integer({ min: 100, max: 599 }),
    inputTokens: amount,
    outputTokens: amount,
    costUsd: fc.double({ min: 0, max: 1e6, noNaN: true }),
    estimated: fc.constant(true as const),
    latencyMs: amount,
    firstByteMs: amount,
    model: fc.string({ unit: 'binary' }),
    note: fc.string(),
    unreached: fc.string({ minLength: 1 }),
    refunded: fc.constantFrom(true as const, 'long-windows' as const),
  },
  { requiredKeys: ['type', 'id', 'at', 'outcome'] },
)
const reserve = fc.record(
  {
    type: fc.constant('reserve' as const),
    id,
    account: subject,
    at,
    also: fc.array(subject, { minLength: 1 }),
    keep: fc.integer({ min: 0, max: 99 }),
    hold: fc.record({ inputTokens: amount, outputTokens: amount, usd: fc.nat() }),
    model: fc.string({ minLength: 1 }),
  },
  { requiredKeys: ['type', 'id', 'account', 'at'] },
)

test('an event written as a line, by hand or not, is read back as the same event', () => {
  fc.assert(
    fc.property(fc.oneof(settle, reserve), (event: LedgerEvent) => {
      const line = new LineWriter().format(event)
      expect(line).not.toContain('\n')
      // -0 has no sign in JSON, and no count uses it
      expect(parseEvent(line)).toEqual(JSON.parse(JSON.stringify(event)))
    }),
    { numRuns: 500 },
  )
})

test('lines written one after the other are those that JSON has of the events', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(settle, reserve), { maxLength: 40 }), (events: LedgerEvent[]) => {
      const bytes = new ByteWriter()
      const lines = new LineWriter()
      for (const event of events) lines.write(bytes, event)
      expect(bytes.written.toString()).toBe(events.map((event) => `${plainLine(event)}\n`).join(''))
    }),
  )
})

/** A usual reservation has its further subject and its headroom before the time. */
function plainLine(event: LedgerEvent): string {
  if (event.type !== 'reserve' || (event.hold ?? event.model) !== undefined || (event.also?.length ?? 1) > 1)
    return JSON.stringify(event)
  const { type, id: name, account, also, keep, at: time } = event
  if (![account, ...(also ?? [])].every((each) => /^[\w-]+$/.test(each))) return JSON.stringify(event)
  return JSON.stringify({ type, id: name, account, also, keep, at: time })
}

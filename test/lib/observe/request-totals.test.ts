import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Masked } from '../../../src/lib/observe/logs/masked.ts'
import { Totals } from '../../../src/lib/observe/request-totals.ts'
import { givenAttempt, givenRecord, spare, work } from '../../support/observed-request.ts'

test('in whatever order requests come, each is counted with its own account, model and outcome', () => {
  const request = fc.record({
    account: fc.constantFrom(work, spare),
    model: fc.constantFrom('m1', 'm2', null),
    outcome: fc.constantFrom('ok' as const, 'lost' as const),
    firstByteMs: fc.constantFrom(null, 20),
  })
  fc.assert(
    fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
      const totals = new Totals(new Masked())
      for (const { account, ...more } of requests)
        totals.add(givenRecord({ ...more, attempts: [givenAttempt({ account, ...more })] }))
      const keys = requests.map(({ account, model, outcome }) => `${account.name} ${model ?? ''} ${outcome}`)
      const counted = [...totals.requests.values()].map((total) => [
        `${total.account} ${total.model} ${total.outcome}`,
        total.requests,
      ])
      const expected = Object.entries(Object.groupBy(keys, (key) => key)).map(([key, all]) => [
        key,
        all?.length,
      ])
      expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(expected))
      expect(sum(totals.latencies.values())).toBe(requests.length)
      expect(sum(totals.firstBytes.values())).toBe(
        requests.filter((each) => each.firstByteMs !== null).length,
      )
    }),
  )
})

function sum(durations: Iterable<{ count: number }>): number {
  return [...durations].reduce((all, { count }) => all + count, 0)
}

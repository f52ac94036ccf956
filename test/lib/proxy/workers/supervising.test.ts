import { describe, expect, test } from 'vitest'
import { EndedMetrics } from '../../../../src/lib/proxy/workers/ended-metrics.ts'
import { OnceSaid } from '../../../../src/lib/proxy/workers/once-said.ts'
import { RespawnDelay } from '../../../../src/lib/proxy/workers/respawn-delay.ts'

describe('RespawnDelay', () => {
  test('a worker that had served long is replaced at once', () => {
    const delay = new RespawnDelay()
    expect([delay.after(60_000), delay.after(60_000), delay.isHopeless]).toEqual([0, 0, false])
  })

  test('those that end soon are replaced later and later, until there is no point', () => {
    const delay = new RespawnDelay()
    expect([1, 2, 3, 4].map(() => delay.after(100))).toEqual([250, 500, 1000, 2000])
    expect(delay.isHopeless).toBe(false)
    expect(delay.after(100)).toBe(4000)
    expect(delay.isHopeless).toBe(true)
    for (let count = 0; count < 20; count += 1) expect(delay.after(100)).toBeLessThanOrEqual(30_000)
    expect(delay.after(60_000)).toBe(0)
    expect(delay.isHopeless).toBe(false)
  })
})

describe('OnceSaid', () => {
  test('the same from another worker is no news for a minute; from the same worker it is', () => {
    let now = 0
    const said = new OnceSaid(() => now)
    expect(said.isNews('out', 1)).toBe(true)
    expect(said.isNews('out', 2)).toBe(false)
    expect(said.isNews('back', 2)).toBe(true)
    expect(said.isNews('out', 1)).toBe(true)
    now = 60_000
    expect(said.isNews('out', 2)).toBe(true)
  })

  test('it does not grow without bound', () => {
    const said = new OnceSaid(() => 0)
    for (let count = 0; count < 1000; count += 1) said.isNews(`text ${count}`, 1)
    expect(said.isNews('text 0', 2)).toBe(true) // forgotten
    expect(said.isNews('text 999', 2)).toBe(false)
  })
})

describe('EndedMetrics', () => {
  const part = (value: number) => [
    { name: 'requests', type: 'counter', values: [{ labels: { a: '1', b: '2' }, value }] },
    { name: 'in_flight', type: 'gauge', values: [{ labels: {}, value: 5 }] },
    {
      name: 'seconds',
      type: 'histogram',
      values: [
        { labels: { le: 1 }, value, metricName: 'seconds_bucket' },
        { labels: {}, value, metricName: 'seconds_sum' },
      ],
    },
  ]

  test('what ended workers had counted adds up; what they had at the moment does not', () => {
    const ended = new EndedMetrics()
    expect(ended.parts()).toEqual([])
    ended.saw(1, part(3))
    ended.saw(1, part(4)) // the newer counts
    ended.saw(2, part(10))
    ended.ended(1)
    ended.ended(2)
    ended.ended(3) // was never asked
    const [sum] = ended.parts() as [ReturnType<typeof part>]
    expect(sum.map(({ name }) => name)).toEqual(['requests', 'seconds'])
    expect(sum[0]?.values).toEqual([{ labels: { a: '1', b: '2' }, value: 14 }])
    expect(sum[1]?.values.map(({ value }) => value)).toEqual([14, 14])
  })
})

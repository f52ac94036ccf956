import { expect, test } from 'vitest'
import { FetchBackoff } from '../../../../src/lib/proxy/pool/fetch-backoff.ts'

test('the wait doubles with each failure up to 64 times, and ends with a success', () => {
  const backoff = new FetchBackoff(10)
  let now = 1000
  expect(backoff.isDue('a', now)).toBe(true)
  for (const wait of [10, 20, 40, 80, 160, 320, 640, 640]) {
    backoff.note('a', false, now)
    expect(backoff.isDue('a', now + wait - 1)).toBe(false)
    expect(backoff.isDue('a', now + wait)).toBe(true)
    expect(backoff.isDue('b', now)).toBe(true)
    now += wait
  }
  backoff.note('a', true, now)
  expect(backoff.isDue('a', now)).toBe(true)
  backoff.note('a', false, now)
  expect(backoff.isDue('a', now + 10)).toBe(true)
})

import { expect, test } from 'vitest'
import { formatExpiry } from '../../../../src/lib/toolkit/keys/expiry.ts'

test.each([
  ['12h', 'in 12h'],
  ['2027-01-31', 'on 2027-01-31'],
  ['2027-01-31T12:00:00Z', 'at 2027-01-31T12:00:00Z'],
])('an expiry of %s is "%s" in a sentence', (text, part) => {
  expect(formatExpiry(text)).toBe(part)
})

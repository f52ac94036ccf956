import { describe, expect, test } from 'vitest'
import { formatHeadersFault, isHeadersFault } from '../../../src/lib/account/headers-fault.ts'
import { redact } from '../../../src/lib/account/mask.ts'

/** Shapes with their shortest secrets, and the text one character shorter, which may be a word. */
const shapes: [shape: string, head: string, least: number][] = [
  ['a web token', 'eyJ', 9],
  ['a key of Google', 'AIza', 10],
  ['a token of Google', 'ya29.', 10],
  ['a key with a prefix', 'sk-', 8],
  ['a key of qwenctl', 'qk_', 8],
  ['a key of Groq', 'gsk_', 8],
]

describe.each(shapes)('%s', (_, head, least) => {
  test('is masked from its shortest length on', () => {
    const value = 'a1B2c3D4.e5F6'.replaceAll('.', head === 'eyJ' ? '.' : 'x')
    const shown = (length: number) => redact(`x ${head}${value.slice(0, length)} y`, [])
    expect(shown(least)).not.toContain(value.slice(0, least))
    expect(shown(least - 1)).toBe(`x ${head}${value.slice(0, least - 1)} y`)
  })

  test('is masked only at the beginning of a word', () => {
    expect(redact(`q${head}0123456789abcdef`, [])).toBe(`q${head}0123456789abcdef`)
  })
})

test.each([
  ['password=a', 'password=…'],
  ["api-key='a b'", "api-key='… b'"],
  ['secret: correcthorse1', 'secret: …'],
  ['secret: short', 'secret: short'],
  ['Bearer abc', 'Bearer abc'],
  ['Basic dXNlcjpwYXNzd29yZA==', 'Basic …'],
])('of %j shows %j', (text, shown) => {
  expect(redact(text, [])).toBe(shown)
})

test('the message of a plugin without headers is known by its form', () => {
  expect(isHeadersFault(formatHeadersFault('no region'))).toBe(true)
  expect(isHeadersFault('no region')).toBe(false)
})

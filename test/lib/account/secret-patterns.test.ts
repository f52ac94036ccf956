import { describe, expect, test } from 'vitest'
import { formatHeadersFault, isHeadersFault } from '../../../src/lib/account/headers-fault.ts'
import { maskSecret, redact } from '../../../src/lib/account/mask.ts'

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

const keyPrefixes = [
  ...['sk-', 'pk-', 'rk-', 'qk_', 'qa_', 'qs_', 'qt_', 'qu_', 'gsk_', 'csk-', 'fw_', 'xai-', 'hf_'],
  ...['gho_', 'ghp_', 'ghs_', 'ghu_', 'ghr_', 'nvapi-', 'pplx-', 'r8_', 'tvly-', 'AIza', 'ya29.'],
]

test.each(keyPrefixes)('a key that begins with %s keeps its last four characters and no more', (prefix) => {
  const key = `${prefix}0123456789abcdef`
  expect(redact(`x ${key} y`, [])).toBe(`x ${maskSecret(key)} y`)
})

test.each([
  ['sk-012345678901', 'sk-…'],
  ['sk-0123456789012', 'sk-…9012'],
])('of the key %s shows %s: a short one keeps no end', (key, shown) => {
  expect(redact(key, [])).toBe(shown)
})

test.each([
  ['eyJabcdefgh.x', '…'],
  ['eyJabcdefg.xy', 'eyJabcdefg.xy'],
])('of %s shows %s: a web token has a dot after a long part', (text, shown) => {
  expect(redact(text, [])).toBe(shown)
})

describe('after a word that announces a credential', () => {
  test.each(['abcdefg1', 'abcdEfgh', 'Abcdef_H', 'a'.repeat(24)])('%s is masked', (value) => {
    expect(redact(`Bearer   ${value} y`, [])).toBe('Bearer   … y')
    expect(redact(`secret: ${value} y`, [])).toBe('secret: … y')
  })

  test.each(['authentication', 'Abcdefgh', 'ABCDEFGH', 'abcdef_H', 'a'.repeat(23)])(
    '%s is a word',
    (value) => {
      expect(redact(`Basic ${value} y`, [])).toBe(`Basic ${value} y`)
      expect(redact(`secret: ${value} y`, [])).toBe(`secret: ${value} y`)
    },
  )
})

test.each([
  ['password=a', 'password=…'],
  ["api-key='a b'", "api-key='…'"],
  ['passphrase="correct horse" now', 'passphrase="…" now'],
  ['passphrase="a\\"b c" now', 'passphrase="…" now'],
  [`password='a"b c' now`, "password='…' now"],
  ['password=a"b', 'password=…"b'],
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

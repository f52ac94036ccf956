import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskSecret, maskUrl, redact } from '../../../src/lib/account/mask.ts'

test.each([
  ['sk-0123456789abcdef3f3a9', 'sk-…f3a9'],
  ['sk-ant-api03-abcdefghijkl_mnop', 'sk-…mnop'],
  ['gsk_0123456789abcdefWXYZ', 'gsk_…WXYZ'],
  ['0123456789abcdef', '…cdef'],
  ['short', '…'],
  ['sk-12345678', '…'],
  ['', '…'],
  ['{"token":"abcdefgh"}', '…'],
])('of the secret %j shows %s', (secret, shown) => {
  expect(maskSecret(secret)).toBe(shown)
})

test('of any secret, shows at most its prefix and its last four characters', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), (secret) => {
      expect(maskSecret(secret)).toMatch(/^([A-Za-z]{2,5}[-_])?…[A-Za-z0-9_-]{0,4}$/)
    }),
  )
})

test.each([
  ['http://proxy.example:8080', 'http://proxy.example:8080'],
  ['http://me@proxy.example', 'http://me@proxy.example'],
  ['http://me:pass@proxy.example:8080/', 'http://me:…@proxy.example:8080/'],
  ['http://me:p@ss@proxy.example', 'http://me:…@proxy.example'],
  ['http://me:p/ss@proxy.example', 'http://me:…@proxy.example'],
  ['http://me:p#s?s@proxy.example', 'http://me:…@proxy.example'],
  ['socks5://:pass@[::1]:1080', 'socks5://:…@[::1]:1080'],
  ['me:pass@proxy.example:8080', 'me:…@proxy.example:8080'],
  ['http://0123456789abcdef0123@proxy.example', 'http://…0123@proxy.example'],
  ['https://host.example/path@x?y=1', 'https://host.example/path@x?y=1'],
  [
    'https://host.example/v1?key=abc&model=m&access_token=def',
    'https://host.example/v1?key=…&model=m&access_token=…',
  ],
])('of the URL %s shows %s', (url, shown) => {
  expect(maskUrl(url)).toBe(shown)
})

test.each([
  ['0123456789abcde', '…'],
  ['0123456789abcdef', '…cdef'],
  ['0123456789abcd:f', '…'],
  ['a-0123456789abcdef', '…cdef'],
  ['abcdef-0123456789abcdef', '…cdef'],
  ['abcde_0123456789abcdef', 'abcde_…cdef'],
])('of %j, at the bounds of lengths, shows %s', (secret, shown) => {
  expect(maskSecret(secret)).toBe(shown)
})

test.each([
  ['http://0123456789abcde@h.test', 'http://0123456789abcde@h.test'],
  ['http://0123456789abcdef@h.test', 'http://…cdef@h.test'],
  ['http://:@h.test', 'http://:…@h.test'],
  ['http://me:a@b@h.test/x@y', 'http://me:…@h.test/x@y'],
  ['https://h.test?key=', 'https://h.test?key='],
  ['https://h.test?=abc', 'https://h.test?=abc'],
  ['https://h.test?x?token=abc', 'https://h.test?x?token=…'],
  ['https://h.test?x=key=abc', 'https://h.test?x=key=abc'],
  ['https://h.test?token1', 'https://h.test?token1'],
  ['https://h.test/key=a?x=1', 'https://h.test/key=a?x=1'],
  ['//me:pass@h.test', '//me:…@h.test'],
  ['me:p//ss@h.test', 'me:…@h.test'],
  ['http://me:pw@h.test:99999/x@y', 'http://me:…@h.test:99999/x@y'],
  ['HTTPS://me:pw@h.test', 'HTTPS://me:…@h.test'],
])('of the URL %s, at its bounds, shows %s', (url, shown) => {
  expect(maskUrl(url)).toBe(shown)
})

test('a known secret is masked from four characters on: a shorter one would hide common words', () => {
  expect(redact('abc abcd', ['abc'])).toBe('abc abcd')
  expect(redact('abc abcd', ['abcd'])).toBe('abc …')
})

describe('redact', () => {
  const pieces = fc.string({
    unit: fc.constantFrom(...'abcdefABCDEF0123456789_-'),
    minLength: 16,
    maxLength: 60,
  })

  const inJson = (text: string) => JSON.stringify(text).slice(1, -1)
  const inUrl = (text: string) => encodeURIComponent(text.toWellFormed())
  const inLowerUrl = (text: string) => inUrl(text).replace(/%../g, (octet) => octet.toLowerCase())

  test.each([
    ['plain', (text: string) => text],
    ['in a URL', inUrl],
    ['in a URL with small hex digits', inLowerUrl],
    ['in a form', (text: string) => inUrl(text).replaceAll('%20', '+')],
    ['in JSON', inJson],
  ])('given any text around a known secret, leaves no trace of it: %s', (_, encode) => {
    const awkward = fc.string({
      unit: fc.constantFrom(...'ab01 "\\/+%&=?@:é\n'),
      minLength: 6,
      maxLength: 30,
    })
    fc.assert(
      fc.property(
        fc.string(),
        fc.oneof(fc.string({ minLength: 6 }), awkward),
        fc.string(),
        (before, secret, after) => {
          const form = encode(secret)
          fc.pre(!before.includes(form) && !after.includes(form) && !' … '.includes(form))
          const masked = redact(`${before} ${form} ${after}`, [secret])
          expect(masked.includes(form)).toBe(false)
        },
      ),
    )
  })

  test('given a secret with characters that encodings change, masks each form of it', () => {
    const secret = 'p@ss "word" \\ 12'
    const forms = [secret, inUrl(secret), inLowerUrl(secret), inJson(secret)]
    expect(redact(forms.join(' | '), [secret])).toBe('… | … | … | …')
  })

  test('given one secret that begins like another, leaves no tail of the longer', () => {
    expect(redact('a abcd1234efgh5678 b abcd1234 c', ['abcd1234', 'abcd1234efgh5678'])).toBe('a …5678 b … c')
  })

  test.each([
    ['sk-', ''],
    ['sk-ant-api03-', ''],
    ['qk_', ''],
    ['gsk_', ''],
    ['AIzaSy', ''],
    ['Authorization: Bearer a1', ''],
    ['{"apiKey": "', '"}'],
    ['{"refresh_token":"', '"}'],
    ['password=', '&x=1'],
    ['DASHSCOPE_API_KEY=', ''],
    ['http://me:', '@proxy.example/'],
    ['http://me:p@', '@proxy.example/'],
    ['https://host.example/v1?x=1&key=', '&y=2'],
  ])('masks an unknown secret after %j', (before, after) => {
    fc.assert(
      fc.property(pieces, (secret) => {
        expect(redact(`x ${before}${secret}${after} y`, [])).not.toContain(secret)
      }),
    )
  })

  test('masks a JSON web token', () => {
    const token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"me"}').toString('base64url')}.sig`
    expect(redact(`got ${token}!`, [])).not.toContain('eyJ')
  })

  test.each([
    'account "work" is exhausted until 2026-11-23T00:00:00.000Z',
    'no account "team-east" with user "local"',
    'acc_0123456789abcdef at https://dashscope.aliyuncs.com/compatible-mode/v1',
    '{"inputTokens": 1200, "max_tokens": 4096, "hint": "sk-…f3a9"}',
    'set QWENCTL_PASSPHRASE to the passphrase of this home',
  ])('leaves %j as it is', (text) => {
    expect(redact(text, [])).toBe(text)
  })

  const credentials = pieces.chain((piece) =>
    fc.constantFrom(
      piece,
      `sk-${piece}`,
      `Bearer ${piece}`,
      `"api_key":"${piece}"`,
      `password=${piece}`,
      `https://me:${piece}@host/?key=${piece}`,
    ),
  )

  test('changes nothing when it is applied again', () => {
    fc.assert(
      fc.property(fc.array(credentials), (parts) => {
        const once = redact(parts.join(' '), [])
        expect(redact(once, [])).toBe(once)
      }),
    )
  })

  test('masks both of two URLs in one', () => {
    expect(redact('https://a:b1@c/https://d:e2@f/', [])).toBe('https://a:…@c/https://d:…@f/')
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { egressListText, parseEgressList } from '../../../src/lib/net/egress-proxy.ts'

const HIDDEN = 'hidden-word-0123456789'

test.each([
  ['http://p.example:3128', { kind: 'http', host: 'p.example', port: 3128, user: '', password: '' }],
  ['http://p.example/', { kind: 'http', host: 'p.example', port: 80 }],
  ['https://p.example', { kind: 'https', host: 'p.example', port: 443 }],
  ['socks5://p.example', { kind: 'socks5', host: 'p.example', port: 1080 }],
  ['socks5h://p.example:80', { kind: 'socks5h', host: 'p.example', port: 80 }],
  ['SOCKS5H://P.Example', { kind: 'socks5h', host: 'p.example' }],
  ['socks5://[::1]:1080', { kind: 'socks5', host: '::1', url: 'socks5://[::1]:1080' }],
  ['socks5://2130706433', { host: '127.0.0.1' }],
  ['http://me@p.example', { user: 'me', password: '', shown: 'http://me@p.example:80' }],
  ['http://me:a%3Ab%20c@p.example', { user: 'me', password: 'a:b c', shown: 'http://me:…@p.example:80' }],
  [
    'socks5h://m%C3%AB:p%40ss@p.example:1',
    { user: 'më', password: 'p@ss', shown: 'socks5h://m%C3%AB:…@p.example:1' },
  ],
])('reads %s', (text, parts) => {
  expect(parseEgressList(text)).toMatchObject([parts])
})

test.each([
  ['nothing', ''],
  ['no scheme', `u:${HIDDEN}@p.example:80`],
  ['another scheme', `ftp://u:${HIDDEN}@p.example`],
  ['a scheme that does not say who looks up names', `socks://u:${HIDDEN}@p.example`],
  ['SOCKS4', `socks4://u:${HIDDEN}@p.example`],
  ['a path', `http://u:${HIDDEN}@p.example/x`],
  ['a query', `http://u:${HIDDEN}@p.example/?x`],
  ['a fragment', `socks5://u:${HIDDEN}@p.example#x`],
  ['no host', `socks5://u:${HIDDEN}@`],
  ['a port that is none', `http://u:${HIDDEN}@p.example:99999`],
  ['a bare percent sign', `http://u:${HIDDEN}%@p.example`],
  ['a password alone', `http://:${HIDDEN}@p.example`],
  ['a colon in the user name of an http proxy', `http://a%3Ab:${HIDDEN}@p.example`],
  ['a password that SOCKS cannot say', `socks5://u:${HIDDEN.repeat(12)}@p.example`],
  ['one of two that is wrong', `http://p.example, ftp://u:${HIDDEN}@p.example`],
])('refuses %s, and quotes nothing of it', (_, text) => {
  let error: { code?: string; message?: string; hint?: string } = {}
  try {
    parseEgressList(text)
  } catch (thrown) {
    error = thrown as typeof error
  }
  expect(error).toMatchObject({ code: 'invalid_value' })
  expect(`${error.message} ${error.hint}`).toContain('--egress-proxy')
  expect(`${error.message} ${error.hint}`).not.toContain(HIDDEN)
})

test('keeps the order of a list, with commas, blanks or lines between, each once', () => {
  const text = ' http://a.example:1,socks5://b.example:2\n https://c.example:3 ,http://a.example:1 '
  expect(parseEgressList(text).map(({ url }) => url)).toEqual([
    'http://a.example:1',
    'socks5://b.example:2',
    'https://c.example:3',
  ])
})

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => text.isWellFormed())
const proxy = fc.record({
  kind: fc.constantFrom('http', 'https', 'socks5', 'socks5h'),
  host: fc.constantFrom('p.example', '127.0.0.1', '[::1]'),
  port: fc.integer({ min: 1, max: 65_535 }),
  user: word.filter((text) => !text.includes(':')),
  password: fc.oneof(word, fc.constant('')),
})

test('whatever the user names and passwords, a list that was kept reads as it was, and shows no password', () => {
  fc.assert(
    fc.property(fc.array(proxy, { minLength: 1, maxLength: 4 }), (list) => {
      const urls = list.map(({ kind, host, port, user, password }) => {
        const words = [user, password].map(encodeURIComponent).join(':')
        return `${kind}://${words}@${host}:${port}`
      })
      const read = parseEgressList(urls.join(','))
      expect(parseEgressList(egressListText(read).url)).toEqual(read)
      for (const { user, password, shown } of read) {
        const given = list.find((each) => each.user === user && each.password === password)
        expect(given).toBeDefined()
        if (password !== '') expect(shown).toContain(':…@')
      }
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDestination } from '../../../../../src/lib/proxy/pipeline/plan/routes.ts'

const endpoints = [
  ...['/chat/completions', '/responses', '/messages', '/messages/count_tokens', '/images/edits'],
  ...['/moderations', '/rerank'],
]
const slashes = fc.constantFrom('/', '//', '///')

/** An endpoint below the base URLs that clients put together. */
const written = fc
  .record({
    endpoint: fc.constantFrom(...endpoints),
    base: fc.constantFrom('', '/openai', '/anthropic'),
    versions: fc.array(fc.constantFrom('/v1', '/V1'), { maxLength: 3 }),
    slash: slashes,
    end: fc.constantFrom('', '/', '//'),
    query: fc.constantFrom('', '?', '?beta=true', '?next=/v1//'),
  })
  .map(({ endpoint, base, versions, slash, end, query }) => {
    const path = `${base}${versions.join('')}${endpoint}${end}`.replaceAll('/', slash)
    return { endpoint, query, url: path + query }
  })

test('an endpoint is found with /v1 once, doubled or left out, and with slashes doubled or at the end', () => {
  fc.assert(
    fc.property(written, ({ endpoint, query, url }) => {
      const found = readDestination(url)
      expect(found).toMatchObject({ path: endpoint, query })
      expect(found.route?.path.replace('/*', '')).toBe(endpoint)
    }),
  )
})

test.each([
  '/v1beta/messages',
  '/v2/messages',
  '/v1x/messages',
  '/x/v1/messages',
  '/openaiv1/messages',
  '/v1/openai/messages',
  '/messages/v1',
  '/v1',
  '/v1/',
  '/',
  '//',
  '/v1/chat/completions/..',
  '/v1/chat%2Fcompletions',
])('%s is no endpoint of the pool', (url) => {
  expect(readDestination(url).route).toBeNull()
})

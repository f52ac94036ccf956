import { expect, test } from 'vitest'
import { buildMember } from '../../../../src/lib/rotation/pool/member.ts'
import { account, provider } from '../fixture.ts'

test('when the provider knows the model, its word holds', () => {
  const { serves, dialects } = buildMember(account('a'), provider)
  expect([serves('qwen3'), serves('gpt')]).toEqual([true, false])
  expect([...dialects]).toEqual(['openai'])
})

test('when the base URL is an endpoint of the provider, its word holds', () => {
  const { serves } = buildMember(account('a', { baseUrl: 'https://qwen.test/v1/' }), provider)
  expect(serves('gpt')).toBe(false)
})

test("when the base URL is the user's own, what the provider lacks may be there", () => {
  const { serves } = buildMember(account('a', { baseUrl: 'http://127.0.0.1:9/v1' }), provider)
  expect([serves('qwen3'), serves('gpt')]).toEqual([true, null])
})

test('when the provider knows its routes, its word holds at its own base alone', () => {
  const knowing = { ...provider, hasRoute: (path: string) => path === '/chat/completions' }
  expect(buildMember(account('a'), knowing).hasRoute('/embeddings')).toBe(false)
  expect(buildMember(account('a'), knowing).hasRoute('/chat/completions')).toBe(true)
  const elsewhere = buildMember(account('a', { baseUrl: 'http://127.0.0.1:9/v1' }), knowing)
  expect(elsewhere.hasRoute('/embeddings')).toBeNull()
})

test('when the account lists models, it serves those alone', () => {
  const { serves } = buildMember(account('a', { models: ['gpt'] }), provider)
  expect([serves('qwen3'), serves('gpt')]).toEqual([false, true])
})

test('when the provider needs a credential and there is none, it has none', () => {
  const bare = account('a', { credential: { type: 'none' } })
  expect(buildMember(bare, provider).hasCredential).toBe(false)
  expect(buildMember(bare, { ...provider, needsCredential: false }).hasCredential).toBe(true)
})

test('when accounts are in a quota group at a base of their own, their subjects say so', () => {
  const given = account('a', { quotaGroup: 'org', baseUrl: 'http://127.0.0.1:9' })
  expect(buildMember(given, provider).subjects).toEqual({
    account: 'a',
    quotaGroup: 'group:local:qwen/org',
    provider: 'provider:qwen@http://127.0.0.1:9',
  })
})

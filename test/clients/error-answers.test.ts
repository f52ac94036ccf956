// Errors of the proxy that a repeated request cannot change, through the clients' own libraries with their own
// retries: one request for one answer, no request to a service, and the words of the proxy in the client's error.

import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { generateText } from 'ai'
import { Ollama } from 'ollama'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import type { FakeUpstream } from '../support/servers/fake-upstream.ts'
import { chat, givenUpstream, json } from '../support/servers/fake-upstream.ts'
import type { GivenAccount, TestProxy } from '../support/servers/proxy-harness.ts'
import { givenProxy } from '../support/servers/proxy-harness.ts'
import { CountedFetch, rejection } from './given-client.ts'

interface Case {
  code: string
  status: number
  /** A part of the message. */
  says: RegExp
  accounts?: GivenAccount[]
  prepare?: (given: { proxy: TestProxy; upstream: FakeUpstream }) => Promise<void>
  model?: string
  content?: string
}

const refused = (status: number, error: object) => json(status, { error })

const cases: Case[] = [
  {
    code: 'quota_exhausted',
    status: 429,
    says: /custom\/a returns first/,
    accounts: [{ name: 'a', limits: ['1/24h'] }],
    prepare: async ({ proxy, upstream }) => {
      upstream.next(chat())
      await proxy.chat()
    },
  },
  {
    code: 'needs_action',
    status: 402,
    says: /custom\/a: .*credit.*qwenctl auth verify/,
    prepare: async ({ proxy, upstream }) => {
      upstream.next(refused(429, { code: 'insufficient_quota', message: 'You exceeded your current quota' }))
      await proxy.chat()
    },
  },
  {
    code: 'needs_action',
    status: 403,
    says: /custom\/a: its key is refused.*qwenctl accounts set/,
    prepare: async ({ proxy, upstream }) => {
      upstream.next(refused(401, { code: 'invalid_api_key', message: 'Incorrect API key provided' }))
      await proxy.chat()
    },
  },
  { code: 'model_not_found', status: 404, says: /m1/, accounts: [{ name: 'a', models: ['other'] }] },
  { code: 'no_accounts', status: 503, says: /qwenctl auth add/, accounts: [] },
  { code: 'request_too_large', status: 413, says: /1 MiB|bytes/, content: 'x'.repeat(1_100_000) },
  {
    code: 'invalid_api_key',
    status: 401,
    says: /client key/,
    prepare: async ({ proxy }) => {
      await proxy.toolkit.keys.create({ name: 'other' })
    },
  },
]

const clients = {
  openai: (url: string, { fetch }: CountedFetch, { model, content }: { model: string; content: string }) =>
    new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', fetch }).chat.completions.create({
      model,
      messages: [{ role: 'user', content }],
    }),
  responses: (url: string, { fetch }: CountedFetch, { model, content }: { model: string; content: string }) =>
    new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', fetch }).responses.create({ model, input: content }),
  anthropic: (url: string, { fetch }: CountedFetch, { model, content }: { model: string; content: string }) =>
    new Anthropic({ baseURL: url, apiKey: 'any', fetch }).messages.create({
      model,
      max_tokens: 9,
      messages: [{ role: 'user' as const, content }],
    }),
  google: async (url: string, sent: CountedFetch, { model, content }: { model: string; content: string }) => {
    const httpOptions = { baseUrl: url, fetch: sent.fetch }
    return new GoogleGenAI({ apiKey: 'any', httpOptions }).models.generateContent({
      model,
      contents: content,
    })
  },
  ollama: (url: string, { fetch }: CountedFetch, { model, content }: { model: string; content: string }) =>
    new Ollama({ host: url, fetch }).chat({ model, messages: [{ role: 'user', content }] }),
}

describe.each(Object.entries(clients))('%s', (_, ask) => {
  test.each(cases)(
    'asks once at $code, $status',
    async ({ code, status, says, accounts, prepare, content = 'hi' }) => {
      const upstream = await givenUpstream()
      const proxy = await givenProxy({ accounts: accounts ?? [{ name: 'a' }], baseUrl: upstream.baseUrl })
      await prepare?.({ proxy, upstream })
      await proxy.quota()
      const prompts = () => upstream.requests.filter(({ method }) => method === 'POST').length
      const before = prompts()
      const sent = new CountedFetch()
      let answered: Response | undefined
      const inner = sent.fetch
      const watched = Object.assign(sent, {
        fetch: async (...given: Parameters<typeof fetch>) => (answered = await inner(...given)),
      })
      const error = await rejection(ask(proxy.running.url, watched, { model: 'm1', content }))
      expect(error.message).not.toContain('[object Object]')
      expect([answered?.status, answered?.headers.get('x-qwenctl-error')]).toEqual([status, code])
      expect(error.message).toMatch(says)
      expect(error.message).not.toMatch(/quota-hard|auth-dead/)
      expect({ sent: sent.count, prompts: prompts() - before }).toEqual({ sent: 1, prompts: 0 })
    },
  )
})

// `ai` repeats every 408, 409, 429 and 5xx, whatever the headers say. So only other statuses end it at once. (ai
// 7.0.173, `APICallError.isRetryable`, read 2026-11-30)
test.each(cases.filter(({ status }) => status !== 429 && status < 500))(
  'ai asks once at $code, $status',
  async ({ code, status, says, accounts, prepare, content = 'hi' }) => {
    const upstream = await givenUpstream()
    const proxy = await givenProxy({ accounts: accounts ?? [{ name: 'a' }], baseUrl: upstream.baseUrl })
    await prepare?.({ proxy, upstream })
    await proxy.quota()
    const sent = new CountedFetch()
    const provider = createOpenAICompatible({
      name: 'qwenctl',
      baseURL: `${proxy.running.url}/v1`,
      apiKey: 'any',
      fetch: sent.fetch,
    })
    const error = await rejection(generateText({ model: provider('m1'), prompt: content }))
    expect(error).toMatchObject({ statusCode: status, responseHeaders: { 'x-qwenctl-error': code } })
    expect(error.message).toMatch(says)
    expect(sent.count).toBe(1)
  },
)

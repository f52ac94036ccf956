import { describe, expect, it } from 'vitest'
import { custom } from '../../../src/lib/provider/builtin/custom.ts'
import { anthropic } from '../../../src/lib/provider/builtin/makers/anthropic.ts'
import { openai } from '../../../src/lib/provider/builtin/makers/openai.ts'
import {
  findDefaultLimits,
  findEndpoint,
  normalizeBaseUrl,
  findTerms,
} from '../../../src/lib/provider/endpoints.ts'
import { qwen } from '../../../src/lib/provider/builtin/makers/qwen.ts'

describe('normalizeBaseUrl', () => {
  it.each([
    ['https://api.example.com/v1', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/', 'https://api.example.com/v1'],
    [' https://API.example.com/v1// ', 'https://api.example.com/v1'],
    ['https://api.example.com', 'https://api.example.com'],
    ['https://api.example.com/v1/chat/completions', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/messages/', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/models?limit=2#top', 'https://api.example.com/v1'],
    ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080/v1'],
  ])('when it is given %s, makes it %s', (given, expected) => {
    expect(normalizeBaseUrl(given)).toBe(expected)
  })

  it.each(['', 'api.example.com/v1', 'ftp://example.com', 'file:///etc/passwd', 'http://'])(
    'when it is given "%s", refuses it',
    (given) => {
      expect(() => normalizeBaseUrl(given)).toThrow(expect.objectContaining({ code: 'invalid_value' }))
    },
  )

  it.each(['ftp://me:hunter2@example.com', '//me:hunter2@example.com'])(
    'when the refused URL %s holds a password, does not repeat it',
    (given) => {
      expect(() => normalizeBaseUrl(given)).toThrow(/^(?!.*hunter2)/)
    },
  )
})

describe('bases of an account', () => {
  it.each([
    ['http://127.0.0.1:1/v1/', { openai: 'http://127.0.0.1:1/v1', anthropic: null }],
    ['http://127.0.0.1:1/v1/chat/completions', { openai: 'http://127.0.0.1:1/v1', anthropic: null }],
    ['https://x.example/api/anthropic', { openai: null, anthropic: 'https://x.example/api/anthropic/v1' }],
    ['https://x.example/anthropic/v1', { openai: null, anthropic: 'https://x.example/anthropic/v1' }],
  ])('when a custom account says %s, the URL tells the dialect', (baseUrl, bases) => {
    expect(custom.bases(baseUrl)).toEqual(bases)
  })

  it.each([
    [null, 'https://api.anthropic.com/v1'],
    ['https://api.anthropic.com', 'https://api.anthropic.com/v1'],
    ['https://api.anthropic.com/v1/messages', 'https://api.anthropic.com/v1'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1/v1'],
  ])('when an Anthropic account says %s, its clients’ paths come below /v1', (baseUrl, base) => {
    expect(anthropic.bases(baseUrl)).toEqual({ openai: null, anthropic: base })
  })

  it('when an account names no URL or the bare host, it is at the first endpoint', () => {
    const bases = { openai: 'https://api.openai.com/v1', anthropic: null }
    expect(openai.bases(null)).toEqual(bases)
    expect(openai.bases('https://api.openai.com/')).toEqual(bases)
    expect(openai.bases('http://127.0.0.1:1/v1')).toEqual({ ...bases, openai: 'http://127.0.0.1:1/v1' })
  })
})

describe('what holds at an endpoint', () => {
  it('when the account is at a plan, its limits and terms hold', () => {
    const url = 'https://coding-intl.dashscope.aliyuncs.com/v1'
    expect(findEndpoint(qwen, url)?.id).toBe('coding-intl')
    expect(findDefaultLimits(qwen, url)).toEqual(['6000/5h', '45000/week@Asia/Shanghai'])
    expect(findTerms(qwen, url)).toMatch(/forbid scripts/)
  })

  it('when the account is elsewhere, the provider’s own hold', () => {
    expect(findEndpoint(qwen, 'http://127.0.0.1:1/v1')).toBeNull()
    expect(findDefaultLimits(qwen, 'http://127.0.0.1:1/v1')).toEqual([])
    expect(findTerms(qwen, null)).toBeNull()
    expect(findTerms(anthropic, null)).toMatch(/API key/)
  })
})

it('when the base of an endpoint has a version in its middle, the URL without it is another place', () => {
  const provider = {
    endpoints: [{ id: 'e', label: 'E', openai: 'https://x.example/v1/openai', anthropic: null }],
  }
  expect(findEndpoint(provider, 'https://x.example/v1/openai')?.id).toBe('e')
  expect(findEndpoint(provider, 'https://x.example/openai')).toBeNull()
})

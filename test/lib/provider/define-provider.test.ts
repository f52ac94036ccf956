import { describe, expect, it } from 'vitest'
import { defineProvider, type ProviderDefinition } from '../../../src/lib/provider/define-provider.ts'
import { givenAnswer, openaiError } from './given-answer.ts'

const acme = { id: 'acme', baseUrl: 'https://api.acme.example/v1' }

describe('defineProvider', () => {
  it('when only an id and a base URL are said, makes an OpenAI-compatible service of it', () => {
    const provider = defineProvider(acme)
    expect(provider).toMatchObject({
      id: 'acme',
      label: 'acme',
      needsCredential: true,
      needsBaseUrl: false,
      endpoints: [{ id: 'default', label: 'acme', openai: acme.baseUrl, anthropic: null }],
      check: { dialect: 'openai', path: '/models' },
      simulated: false,
      terms: null,
    })
    expect(provider.bases(null)).toEqual({ openai: acme.baseUrl, anthropic: null })
    expect(provider.authHeaders('k', 'openai')).toEqual({ authorization: 'Bearer k' })
    expect(provider.authHeaders('k', 'anthropic')).toEqual({ 'x-api-key': 'k' })
    expect(provider.outcome(givenAnswer(429, '')).class).toBe('rate-short')
    expect(provider.usage({ usage: { prompt_tokens: 1, completion_tokens: 2 } }).outputTokens).toBe(2)
  })

  it('when it brings outcome rows, they come before the generic ones', () => {
    const provider = defineProvider({ ...acme, outcomes: [{ code: 'monthly_budget', class: 'quota-hard' }] })
    expect(provider.outcome(givenAnswer(429, openaiError({ code: 'monthly_budget' }))).class).toBe(
      'quota-hard',
    )
    expect(provider.outcome(givenAnswer(429, openaiError({}))).class).toBe('rate-short')
  })

  it('freezes the provider and leaves the plugin’s own lists alone', () => {
    const models = ['acme-1']
    const provider = defineProvider({ ...acme, models, label: undefined })
    models.push('acme-2')
    expect(provider.models).toEqual(['acme-1'])
    expect(() => provider.endpoints.push()).toThrow(TypeError)
    expect(() => Object.assign(provider, { id: 'other' })).toThrow(TypeError)
  })

  it('when it is given what it made, gives it back', () => {
    const provider = defineProvider(acme)
    expect(defineProvider(provider)).toBe(provider)
  })

  it.each([
    ['id', { id: 'Acme' }],
    ['id', { id: '' }],
    ['id', { id: 7 }],
    ['label', { label: '' }],
    ['keysUrl', { keysUrl: 'acme.example' }],
    ['keyVariables', { keyVariables: 'ACME_KEY' }],
    ['keyVariables', { keyVariables: ['ACME KEY'] }],
    ['keyPattern', { keyPattern: /^sk-/g }],
    ['keyPattern', { keyPattern: '^sk-' }],
    ['needsCredential', { needsCredential: 'no' }],
    ['baseUrl', { baseUrl: 'ftp://api.acme.example' }],
    ['baseUrl', { baseUrl: 'https://api.acme.example/v1/' }],
    ['endpoints', { endpoints: [{ id: 'eu' }] }],
    ['endpoints', { endpoints: [{ id: 'eu', openai: 'nowhere' }] }],
    ['endpoints', { endpoints: [{ id: 'eu', openai: acme.baseUrl, limits: ['many/day'] }] }],
    ['endpoints', { endpoints: [{ id: 'eu', openAI: acme.baseUrl }] }],
    [
      'endpoints',
      {
        endpoints: [
          { id: 'a', openai: acme.baseUrl },
          { id: 'a', openai: acme.baseUrl },
        ],
      },
    ],
    ['endpoints', { baseUrl: undefined }],
    ['defaultLimits', { defaultLimits: ['1000 per day'] }],
    ['defaultLimits', { defaultLimits: ['1000/fortnight'] }],
    ['outcome', { outcome: [] }],
    ['serves', { serves: ['acme-1'] }],
    ['models', { models: [1] }],
    ['check', { check: { dialect: 'grpc', path: '/models' } }],
    ['check', { check: { dialect: 'openai', path: 'models' } }],
    ['outcomes', { outcomes: [{ class: 'tired' }] }],
    ['outcomes', { outcomes: [{ class: 'rate-short', message: /slow/g }] }],
    ['outcomes', { outcomes: [{ class: 'rate-short', status: '429' }] }],
    ['outcomes', { outcomes: [{ class: 'rate-short', until: 60 }] }],
    ['outcomes', { outcomes: [{ class: 'rate-short', scope: 'planet' }] }],
    ['outcomes', { outcomes: [{ class: 'rate-short', about: 7 }] }],
    ['routes', { routes: ['embeddings'] }],
    ['routes', { routes: { '/embeddings': true } }],
    ['routes', { routes: { embeddings: 'no' } }],
    ['rejectsStreamOptions', { rejectsStreamOptions: 'yes' }],
    ['limitHeaders', { limitHeaders: ['X-RateLimit-Limit'] }],
    ['limitsFrom', { limitsFrom: [] }],
    ['countsTogether', { countsTogether: '' }],
    ['terms', { terms: 7 }],
    ['labell', { labell: 'Acme' }],
  ])('when %s is wrong (%j), says so by name', (field, wrong) => {
    const definition = { ...acme, ...wrong } as unknown as ProviderDefinition
    const named = expect.stringMatching(new RegExp(`^provider ".*": ${field} |^provider 7: ${field} `))
    expect(() => defineProvider(definition)).toThrow(
      expect.objectContaining({ code: 'invalid_value', message: named }),
    )
  })

  it.each([null, undefined, 'acme', []])('when the definition is %j, refuses it', (definition) => {
    expect(() => defineProvider(definition as unknown as ProviderDefinition)).toThrow(/must be an object/)
  })
})

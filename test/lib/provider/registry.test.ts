import { describe, expect, it } from 'vitest'
import { builtinProviders } from '../../../src/lib/provider/builtin/index.ts'
import { buildRegistry } from '../../../src/lib/provider/registry.ts'
import type { ProviderRegistry } from '../../../src/lib/toolkit/toolkit.ts'

const own = { plugin: 'qwenctl', providers: builtinProviders }
const acme = {
  id: 'acme',
  label: 'Acme AI',
  baseUrl: 'https://api.acme.example/v1',
  defaultLimits: ['9/day'],
}

describe('the registry', () => {
  it('is what the toolkit expects', () => {
    const registry: ProviderRegistry = buildRegistry([own], [])
    expect(registry.all()).toEqual(builtinProviders)
    expect(registry.problems).toEqual([])
  })

  it('when a plugin brings a definition, it becomes a provider like the built-in ones', () => {
    const registry = buildRegistry([{ plugin: 'acme-plugin', providers: [acme] }, own], [])
    expect(registry.get('acme').bases(null).openai).toBe(acme.baseUrl)
    expect(registry.has('acme')).toBe(true)
    expect(registry.views().at(-1)).toEqual({
      id: 'acme',
      label: 'Acme AI',
      dialects: ['openai'],
      endpoints: [{ id: 'default', label: 'Acme AI', baseUrl: acme.baseUrl }],
      defaultLimits: ['9/day'],
      keysUrl: null,
      simulated: false,
      terms: null,
      plugin: 'acme-plugin',
    })
  })

  it('when a plugin takes a built-in id, ours stays, whichever answered first', () => {
    const thief = { plugin: 'a-thief', providers: [{ ...acme, id: 'openai' }] }
    const registry = buildRegistry([thief, own], [])
    expect(registry.get('openai').label).toBe('OpenAI')
    expect(registry.problems).toEqual(['plugin a-thief: provider "openai" is already registered by qwenctl'])
  })

  it('when two plugins bring the same id, the order of their names decides, not that of their answers', () => {
    const first = { plugin: 'a', providers: [acme] }
    const second = { plugin: 'b', providers: [{ ...acme, label: 'Other' }] }
    for (const answers of [
      [first, second],
      [second, first],
    ]) {
      const registry = buildRegistry(answers, [])
      expect(registry.get('acme').label).toBe('Acme AI')
      expect(registry.problems).toEqual(['plugin b: provider "acme" is already registered by a'])
    }
  })

  it('when one definition is malformed, names plugin and field and keeps the others', () => {
    const registry = buildRegistry([{ plugin: 'p', providers: [{ ...acme, defaultLimits: 'x' }, acme] }], [])
    expect(registry.problems).toEqual(['plugin p: provider "acme": defaultLimits must be a list'])
    expect(registry.has('acme')).toBe(true)
  })

  it.each(['acme', 7, { id: 'acme' }])('when a plugin answers %j, says what it must return', (providers) => {
    const { problems } = buildRegistry([{ plugin: 'p', providers }], [])
    expect(problems).toEqual(['plugin p: its hook qwenctl:providers must return a list of providers'])
  })

  it('when a plugin answers nothing, there is nothing to complain of', () => {
    expect(buildRegistry([{ plugin: 'p', providers: undefined }], []).problems).toEqual([])
  })

  it('when a hook failed, names the plugin and the reason', () => {
    const { problems } = buildRegistry([], [{ plugin: 'p', message: 'no such file' }])
    expect(problems).toEqual(['plugin p: its providers failed: no such file'])
  })

  it('when an id is unknown, names the nearest', () => {
    const registry = buildRegistry([own], [])
    const refusal = { code: 'unknown_provider', message: 'there is no provider "opnai"' }
    expect(() => registry.get('opnai')).toThrow(expect.objectContaining(refusal))
    expect(() => registry.get('opnai')).toThrow(
      expect.objectContaining({ hint: 'did you mean openai? qwenctl providers list shows what there is' }),
    )
    expect(() => registry.get('zzz')).toThrow(
      expect.objectContaining({ hint: 'qwenctl providers list shows what there is' }),
    )
  })

  it('tells the dialects of each, and all where only the account’s URL decides', () => {
    const dialects = Object.fromEntries(
      buildRegistry([own], [])
        .views()
        .map((view) => [view.id, view.dialects]),
    )
    expect(dialects).toMatchObject({
      qwen: ['openai', 'anthropic'],
      openai: ['openai'],
      anthropic: ['anthropic'],
      gemini: ['openai', 'gemini'],
      custom: ['openai', 'anthropic', 'gemini'],
    })
  })
})

it('the terms in a view are the first that an endpoint has, whichever endpoint that is', () => {
  const endpoints = [
    { id: 'open', label: 'Open', openai: 'https://a.example/v1' },
    { id: 'plan', label: 'Plan', openai: 'https://b.example/v1', terms: 'no scripts' },
  ]
  const { baseUrl: _, ...rest } = acme
  const registry = buildRegistry([{ plugin: 'p', providers: [{ ...rest, endpoints }] }, own], [])
  expect(registry.problems).toEqual([])
  expect(registry.views().find(({ id }) => id === 'acme')?.terms).toBe('no scripts')
})

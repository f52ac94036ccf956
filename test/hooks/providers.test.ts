import { Config } from '@oclif/core'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { defineProvider, type ProviderDefinition } from '../../src/index.ts'
import hook, { PROVIDERS_API_VERSION } from '../../src/hooks/providers.ts'
import { builtinProviders } from '../../src/lib/provider/builtin/index.ts'
import { buildRegistry } from '../../src/lib/provider/registry.ts'
import { givenAnswer, inSeconds, NOW, openaiError } from '../lib/provider/given-answer.ts'

const exampleRoot = fileURLToPath(new URL('../../examples/qwenctl-plugin-example', import.meta.url))

/** The result that oclif hands back from the example plugin's hook. */
async function askExample(apiVersion: number) {
  const config = await Config.load({ root: exampleRoot })
  const { successes, failures } = await config.runHook('qwenctl:providers', { apiVersion })
  return buildRegistry(
    successes.map(({ plugin, result }) => ({ plugin: plugin.name, providers: result })),
    failures.map(({ plugin, error }) => ({ plugin: plugin.name, message: error.message })),
  )
}

describe('the hook qwenctl:providers', () => {
  it('answers with the built-in providers', async () => {
    const config = await Config.load({ root: exampleRoot })
    const answer = await hook.call({} as never, { apiVersion: PROVIDERS_API_VERSION, config } as never)
    expect(answer).toBe(builtinProviders)
  })
})

describe('the example plugin', () => {
  it('when oclif asks it, registers a provider without a problem', async () => {
    const registry = await askExample(PROVIDERS_API_VERSION)
    expect(registry.problems).toEqual([])
    expect(registry.views().map(({ id, plugin, dialects }) => ({ id, plugin, dialects }))).toEqual([
      { id: 'example', plugin: 'qwenctl-plugin-example', dialects: ['openai', 'anthropic'] },
    ])
  })

  it('when the hook’s version is another, fails by name', async () => {
    const registry = await askExample(2)
    expect(registry.all()).toEqual([])
    expect(registry.problems).toEqual([
      'plugin qwenctl-plugin-example: its providers failed: made for version 1 of the providers hook, and this is 2',
    ])
  })

  it('tells its own errors apart and leaves the rest to the generic rows', async () => {
    const example = (await askExample(PROVIDERS_API_VERSION)).get('example')
    const daily = openaiError({ code: 'daily_limit', resets_at: NOW / 1000 + 60 })
    expect(example.outcome(givenAnswer(429, daily))).toMatchObject({
      class: 'quota-window',
      until: inSeconds(60),
    })
    expect(example.outcome(givenAnswer(403, openaiError({ message: 'Balance is 0' }))).class).toBe(
      'quota-hard',
    )
    expect(example.outcome(givenAnswer(503, '')).class).toBe('overloaded')
    expect(example.serves('example-small')).toBe(true)
  })

  it('gives what its README promises', async () => {
    const path = `${exampleRoot}/src/example.js`
    const { example } = (await import(path)) as { example: ProviderDefinition }
    const body = { error: { code: 'daily_limit', message: 'come back tomorrow', resets_at: 1_800_000_000 } }
    const answer = { status: 429, header: () => undefined, body, text: '', now: 1_799_990_000_000 }
    expect(defineProvider(example).outcome(answer)).toEqual({
      class: 'quota-window',
      scope: 'account',
      until: 1_800_000_000_000,
      code: 'daily_limit',
      message: 'come back tomorrow',
    })
  })
})

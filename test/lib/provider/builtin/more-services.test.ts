import { describe, expect, it, test } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import { findDefaultLimits, findTerms } from '../../../../src/lib/provider/endpoints.ts'
import { findServiceProvider } from '../../../../src/lib/provider/service-names.ts'
import { canLackKey } from '../../../../src/lib/toolkit/accounts/account-fields.ts'

const byId = new Map(builtinProviders.map((provider) => [provider.id, provider]))
const service = (id: string) => byId.get(id)!

describe('services as data', () => {
  it.each([
    ['zai', 'coding-intl', 'https://api.z.ai/api/coding/paas/v4', 'https://api.z.ai/api/anthropic/v1'],
    ['moonshot', 'intl', 'https://api.moonshot.ai/v1', 'https://api.moonshot.ai/anthropic/v1'],
    ['minimax', 'cn', 'https://api.minimaxi.com/v1', 'https://api.minimaxi.com/anthropic/v1'],
    ['xai', 'global', 'https://api.x.ai/v1', 'https://api.x.ai/v1'],
    ['siliconflow', 'intl', 'https://api.siliconflow.com/v1', 'https://api.siliconflow.com/v1'],
    ['modelscope', 'cn', 'https://api-inference.modelscope.cn/v1', 'https://api-inference.modelscope.cn/v1'],
    ['cerebras', 'global', 'https://api.cerebras.ai/v1', null],
    ['github-models', 'global', 'https://models.github.ai/inference', null],
  ])('%s speaks below the bases of its endpoint %s', (id, endpoint, openai, anthropic) => {
    expect(service(id).bases(endpoint)).toEqual({ openai, anthropic })
  })

  test('terms and default limits are those of the endpoint', () => {
    expect(findTerms(service('zai'), 'coding-cn')).toMatch(/officially/)
    expect(findTerms(service('zai'), 'cn')).toBeNull()
    expect(findDefaultLimits(service('cohere'), null)).toEqual(['20/minute', '1000/month'])
    expect(findDefaultLimits(service('cohere'), 'production')).toEqual([])
    expect(service('modelscope').defaultLimits).toEqual(['2000/day@Asia/Shanghai'])
  })

  it.each([
    ['https://res.openai.azure.com', 'https://res.openai.azure.com/openai/v1'],
    ['https://res.openai.azure.com/openai/v1/', 'https://res.openai.azure.com/openai/v1'],
    ['https://res.openai.azure.com/openai/deployments/gpt-4o', 'https://res.openai.azure.com/openai/v1'],
    [
      'https://res.services.ai.azure.com/openai/v1/chat/completions',
      'https://res.services.ai.azure.com/openai/v1',
    ],
  ])('azure at %s uses the v1 base', (baseUrl, openai) => {
    expect(service('azure').bases(baseUrl)).toEqual({ openai, anthropic: null })
    expect(service('azure').authHeaders('k', 'openai')).toEqual({ 'api-key': 'k' })
  })

  it.each([
    ['ollama', 11434],
    ['lmstudio', 1234],
    ['vllm', 8000],
    ['llamacpp', 8080],
  ])('%s is at its usual port, in both formats, and needs no key on this machine', (id, port) => {
    const usual = `http://127.0.0.1:${port}/v1`
    expect(service(id).bases(null)).toEqual({ openai: usual, anthropic: usual })
    const elsewhere = 'http://10.0.0.9:9000/v1'
    expect(service(id).bases('http://10.0.0.9:9000')).toEqual({ openai: elsewhere, anthropic: elsewhere })
    expect(canLackKey({}, service(id))).toBe(true)
    expect(canLackKey({ baseUrl: 'https://llm.example.com' }, service(id))).toBe(false)
    expect(canLackKey({ baseUrl: 'https://llm.example.com', withoutKey: true }, service(id))).toBe(true)
  })

  it.each([
    ['Kimi', 'moonshot'],
    ['GLM', 'zai'],
    ['grok', 'xai'],
    ['hugging face', 'huggingface'],
    ['LM Studio', 'lmstudio'],
    ['llama.cpp', 'llamacpp'],
  ])('people call %s what is %s here', (name, id) => {
    expect(findServiceProvider(name)).toBe(id)
  })
})

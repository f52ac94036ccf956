import { describe, expect, test } from 'vitest'
import { builtinProviders } from '../../../src/lib/provider/builtin/index.ts'
import { findServiceAt } from '../../../src/lib/provider/service-at-base.ts'
import { findHabits } from '../../../src/lib/translate/translate.ts'

const bases = builtinProviders.flatMap(({ id, endpoints }) =>
  endpoints.flatMap(({ openai, anthropic }) =>
    [openai, anthropic].flatMap((base) => (base === null ? [] : ([[id, base]] as const))),
  ),
)

describe.each(bases)('%s at %s', (id, base) => {
  test('has the same habits as an account of custom there', () => {
    // Local servers share an address.
    const isLocal = /^https?:\/\/(?:127\.|localhost|\[::1\])/.test(base)
    if (!isLocal) expect(findHabits(findServiceAt('custom', base))).toEqual(findHabits(id))
    expect(findHabits(findServiceAt(id, base))).toEqual(findHabits(id))
  })

  test('is known by its address', () => {
    const { hostname, port } = new URL(base)
    const isLocal = hostname === '127.0.0.1'
    if (id === 'sandbox') return // it has no real address
    if (!isLocal) expect(findServiceAt('custom', base)).toBe(id)
    // vLLM, llama.cpp and qwenctl share their ports with other programs.
    else if (port === '11434' || port === '1234') expect(findServiceAt('custom', base)).toBe(id)
  })
})

test.each([
  ['custom', null, 'custom'],
  ['custom', 'https://api.deepseek.com/v1', 'deepseek'],
  ['openai', 'https://api.deepseek.com', 'deepseek'],
  ['custom', 'https://notapi.deepseek.com.example/v1', 'custom'],
  ['custom', 'https://mine.openai.azure.com/openai/v1', 'azure'],
  ['custom', 'https://mine.openai.azure.us/openai/v1', 'azure'],
  ['custom', 'https://eu-west-1.api.x.ai/v1', 'xai'],
  ['custom', 'https://eu.api.openai.com/v1', 'openai'],
  ['custom', 'https://coding-intl.dashscope.aliyuncs.com/apps/anthropic', 'qwen'],
  ['custom', 'https://api.kimi.ai/coding/v1', 'moonshot'],
  ['custom', 'https://api.siliconflow.cn/v1', 'siliconflow'],
  ['custom', 'https://api.minimaxi.com/anthropic', 'minimax'],
  ['custom', 'https://api.minimax.io.example/v1', 'custom'],
  ['custom', 'http://192.168.1.7:11434/v1', 'ollama'],
  ['vllm', 'http://192.168.1.7:11434/v1', 'vllm'],
  ['openai', 'https://gateway.example/v1', 'openai'],
] as const)('%s at %s is %s', (provider, base, wanted) => {
  expect(findServiceAt(provider, base)).toBe(wanted)
})

import { describe, expect, it } from 'vitest'
import { builtinProviders } from '../../../src/lib/provider/builtin/index.ts'

const serves = (id: string, model: string) =>
  builtinProviders.find((provider) => provider.id === id)?.serves(model)

describe('which provider has a model, by its name', () => {
  it.each([
    ['openai', 'gpt-4o-mini', true],
    ['openai', 'o3', true],
    ['openai', 'text-embedding-3-small', true],
    ['openai', 'gpt-oss-120b', null],
    ['openai', 'claude-sonnet-4-5', false],
    ['openai', 'qwen3-coder-plus', false],
    ['openai', 'my-own-model', null],
    ['anthropic', 'claude-sonnet-4-5', true],
    ['anthropic', 'gpt-4o', false],
    ['qwen', 'qwen3-coder-plus', true],
    ['qwen', 'qwq-plus', true],
    ['qwen', 'text-embedding-v4', true],
    ['qwen', 'text-embedding-3-small', false],
    ['qwen', 'glm-5.1', null],
    ['qwen', 'deepseek-v4-pro', null],
    ['qwen', 'kimi-k3', null],
    ['qwen', 'MiniMax-M2.5', null],
    ['qwen', 'gpt-4o', false],
    ['deepseek', 'deepseek-chat', true],
    ['deepseek', 'qwen-max', false],
    ['gemini', 'gemini-3-pro', true],
    ['gemini', 'models/gemini-3-pro', true],
    ['gemini', 'gpt-4o', false],
    ['mistral', 'codestral-latest', true],
    ['mistral', 'open-mixtral-8x7b', true],
    ['mistral', 'gemini-3-pro', false],
    ['groq', 'groq/compound', true],
    ['groq', 'openai/gpt-oss-120b', null],
    ['groq', 'whisper-large-v3', null],
    ['groq', 'llama-3.3-70b-versatile', null],
    ['groq', 'claude-sonnet-4-5', false],
    ['fireworks', 'accounts/fireworks/models/qwen3-coder', true],
    ['fireworks', 'gpt-4o', false],
    ['openrouter', 'openrouter/auto', true],
    ['openrouter', 'qwen/qwen3-coder:free', true],
    ['openrouter', 'anthropic/claude-sonnet-4.5', true],
    ['openrouter', 'maker/unheard-of', null],
    ['openrouter', 'gpt-4o', false],
    ['openrouter', 'accounts/fireworks/models/x', false],
    ['sandbox', 'sandbox-small', true],
    ['sandbox', 'gpt-4o', false],
  ])('%s and %s: %s', (id, model, expected) => {
    expect(serves(id, model)).toBe(expected)
  })
})

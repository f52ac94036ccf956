// The earlier thinking of a model, and how services take it in chat completions.

import { describe, expect, test } from 'vitest'
import { findHabits } from '../../../../src/lib/translate/habits.ts'
import { askAnthropicToThink } from '../../../../src/lib/translate/thinking.ts'
import { noThinking } from '../../../../src/lib/translate/neutral/request.ts'
import { translateBody } from '../given-translation.ts'
import { messages, user } from './given-situation.ts'

describe('an earlier message, while the conversation thinks', () => {
  const asked = messages({
    thinking: { type: 'enabled', budget_tokens: 2048 },
    messages: [
      user(),
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'so', signature: '' },
          { type: 'text', text: 'a' },
        ],
      },
      user(),
      { role: 'assistant', content: 'b' },
      user(),
    ],
  })

  test.each<[string, object, object]>([
    ['deepseek', { reasoning_content: 'so' }, { reasoning_content: '' }],
    ['moonshot', { reasoning_content: 'so' }, { reasoning_content: '' }],
    ['custom', { reasoning_content: 'so' }, {}],
    ['vllm', { reasoning_content: 'so' }, {}],
    ['zai', { reasoning_content: 'so' }, {}],
    ['azure', {}, {}],
    ['github-models', {}, {}],
    ['openai', {}, {}],
  ])('%s', (provider, first, second) => {
    const sent = translateBody('messages', 'chat', asked, { provider }).body.messages as unknown[]
    expect(sent[1]).toEqual({ role: 'assistant', content: 'a', ...first })
    expect(sent[3]).toEqual({ role: 'assistant', content: 'b', ...second })
  })
})

describe('an earlier message for Cerebras, which wants the thinking in its text (anomalyco/opencode#26763)', () => {
  const call = { type: 'tool_use', id: 't1', name: 'f', input: {} }
  const send = (model: string, content: unknown[]) => {
    const said = [user(), { role: 'assistant', content }, user()]
    const asked = messages({ model, messages: said })
    return (
      translateBody('messages', 'chat', asked, { provider: 'cerebras', model }).body.messages as unknown[]
    )[1]
  }
  const thought = { type: 'thinking', thinking: 'so', signature: '' }
  const text = { type: 'text', text: 'a' }

  test.each([
    ['zai-glm-4.7', [thought, text], { content: '<think>so</think>a' }],
    ['qwen-3.8-27b', [thought, text], { content: '<think>so</think>a' }],
    ['gpt-oss-120b', [thought, text], { content: 'so a' }],
    ['zai-glm-4.7', [text], { content: 'a' }],
    ['gpt-oss-120b', [thought], { content: 'so' }],
  ])('%s: %j', (model, content, sent) => {
    expect(send(model, content)).toEqual({ role: 'assistant', ...sent })
  })

  test('before a call, too', () => {
    expect(send('zai-glm-4.7', [thought, call])).toMatchObject({
      content: '<think>so</think>',
      tool_calls: [{ id: 't1' }],
    })
    expect(send('zai-glm-4.7', [call])).toMatchObject({ content: null })
  })
})

describe('an earlier message for a model that thinks, beside others of its service that do not', () => {
  const call = { type: 'tool_use', id: 't1', name: 'f', input: {} }
  const thought = { type: 'thinking', thinking: 'so', signature: '' }
  const text = { type: 'text', text: 'a' }
  const chunk = { type: 'thinking', thinking: [{ type: 'text', text: 'so' }], closed: true }
  const send = (provider: string, model: string, content: unknown[]) => {
    const asked = messages({ model, messages: [user(), { role: 'assistant', content }, user()] })
    const { body } = translateBody('messages', 'chat', asked, { provider, model })
    return (body.messages as unknown[])[1]
  }

  test.each<[string, string, unknown[], object]>([
    ['mistral', 'mistral-medium-3-5', [thought, text], { content: [chunk, text] }],
    ['mistral', 'magistral-medium-latest', [thought, text], { content: [chunk, text] }],
    ['mistral', 'mistral-small-2603', [thought], { content: [chunk] }],
    ['mistral', 'mistral-small-2603', [text], { content: 'a' }],
    ['mistral', 'codestral-latest', [thought, text], { content: 'a' }],
    ['groq', 'openai/gpt-oss-120b', [thought, text], { content: 'a', reasoning: 'so' }],
    ['groq', 'openai/gpt-oss-120b', [thought], { content: '', reasoning: 'so' }],
    ['groq', 'llama-3.3-70b-versatile', [thought, text], { content: 'a' }],
  ])('%s, %s: %j (vercel/ai#17991, vercel/ai#7860)', (provider, model, content, sent) => {
    expect(send(provider, model, content)).toEqual({ role: 'assistant', ...sent })
  })

  test('before a call, too', () => {
    const called = { tool_calls: [{ function: { name: 'f' } }] }
    expect(send('mistral', 'mistral-small-2603', [thought, call])).toMatchObject({
      content: [chunk],
      ...called,
    })
    expect(send('groq', 'qwen/qwen3-32b', [thought, call])).toMatchObject({ reasoning: 'so', ...called })
  })
})

test('Ollama takes no top_k in chat completions (https://docs.ollama.com/api/openai-compatibility)', () => {
  expect(findHabits('ollama').takesTopK).toBe(false)
  const { body, plan } = translateBody('messages', 'chat', messages({ top_k: 5 }), { provider: 'ollama' })
  expect(body).not.toHaveProperty('top_k')
  expect(plan.leftOut).toEqual(['top_k'])
})

describe('how a Claude model is asked to think', () => {
  const ask = (model: string) =>
    askAnthropicToThink({ ...noThinking, effort: 'high', isAskedFor: true }, model, 32_000).thinking

  test.each([
    'claude-sonnet-4@20250514',
    'claude-haiku-4-5@20251001',
    'claude-sonnet-4-5-20250929-v1:0',
    'anthropic.claude-opus-4-1-20250805-v1:0',
    'claude-opus-4-5-thinking',
    'anthropic/claude-4.5-sonnet',
    'claude-4-sonnet',
    'claude-3-7-sonnet-latest',
    'claude-3.7-sonnet:thinking',
    'claude-instant-1.2',
    'claude-v2',
    'claude-sonnet-4-20250514',
    'qwen3-max',
  ])('%s: by a budget', (model) => {
    expect(ask(model)).toMatchObject({ type: 'enabled' })
  })

  test.each(['claude-opus-4-6[1m]', 'claude-opus-4-6', 'claude-sonnet-4.6', 'claude-4.6-sonnet@20260101'])(
    '%s: it decides itself, and shows its thinking',
    (model) => {
      expect(ask(model)).toEqual({ type: 'adaptive' })
    },
  )

  test.each([
    'claude-opus-4-7',
    'claude-opus-4-7[1m]',
    'us.anthropic.claude-opus-4-7-v1:0',
    'claude-4.8-sonnet',
    'claude-opus-4-10',
    'claude-opus-5-20261001',
    'claude-mythos-preview',
  ])('%s: it decides itself, and is asked to show its thinking', (model) => {
    expect(ask(model)).toEqual({ type: 'adaptive', display: 'summarized' })
  })
})

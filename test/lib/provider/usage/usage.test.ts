import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  mergeUsage,
  readUsage,
  readUsageWithCost,
  unknownUsage,
} from '../../../../src/lib/provider/usage/usage.ts'

describe('readUsage', () => {
  it.each([
    ['an OpenAI body', { usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 } }, 9, 12],
    ['an OpenAI chunk without usage', { choices: [{ delta: {} }], usage: null }, null, null],
    ['the last OpenAI chunk', { choices: [], usage: { prompt_tokens: 3, completion_tokens: 0 } }, 3, 0],
    ['an embedding', { data: [], usage: { prompt_tokens: 8, total_tokens: 8 } }, 8, null],
    [
      'cached OpenAI tokens, which are inside',
      { usage: { prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 90 } } },
      100,
      1,
    ],
    ['an Anthropic body', { type: 'message', usage: { input_tokens: 5, output_tokens: 7 } }, 5, 7],
    [
      'Anthropic’s message_start with cache tokens, which are beside',
      {
        type: 'message_start',
        message: {
          usage: {
            input_tokens: 4,
            cache_creation_input_tokens: 10,
            cache_read_input_tokens: 100,
            output_tokens: 1,
          },
        },
      },
      114,
      1,
    ],
    ['Anthropic’s message_delta', { type: 'message_delta', usage: { output_tokens: 15 } }, null, 15],
    ['a ping', { type: 'ping' }, null, null],
    [
      'a response',
      { object: 'response', usage: { input_tokens: 11, output_tokens: 2, total_tokens: 13 } },
      11,
      2,
    ],
    [
      'a completed response',
      { type: 'response.completed', response: { usage: { input_tokens: 11, output_tokens: 2 } } },
      11,
      2,
    ],
    ['counted tokens, which nothing used', { input_tokens: 2000 }, null, null],
    ['usage in other words', { usage: { tokens: 3 } }, null, null],
    ['numbers that cannot be', { usage: { prompt_tokens: -1, completion_tokens: 1.5 } }, null, null],
    ['text', 'usage', null, null],
    ['nothing', undefined, null, null],
  ])('when it is %s, takes what it says and nothing more', (_, body, inputTokens, outputTokens) => {
    expect(readUsage(body)).toMatchObject({ inputTokens, outputTokens, costUsd: null })
  })

  it('whatever the body, every field is null or an amount', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (usage) => {
        const { isTotal: _, ...amounts } = readUsage({ usage })
        for (const value of Object.values(amounts)) {
          expect(value === null || (Number.isFinite(value) && (value as number) >= 0)).toBe(true)
        }
      }),
    )
  })
})

describe('readUsageWithCost', () => {
  it.each([
    [0.0042, 0.0042],
    [0, 0],
    [-1, null],
    ['0.1', null],
    [undefined, null],
  ])('when the cost is %s, says %s dollars', (cost, costUsd) => {
    const usage = readUsageWithCost({ usage: { prompt_tokens: 1, completion_tokens: 2, cost } })
    expect(usage).toEqual({ inputTokens: 1, outputTokens: 2, costUsd })
  })
})

describe('mergeUsage', () => {
  it('when a later frame repeats a count as 0, keeps what was said before', () => {
    const start = { inputTokens: 114, outputTokens: 1, costUsd: null }
    const delta = { inputTokens: 0, outputTokens: 15, costUsd: 0.5 }
    expect(mergeUsage(start, delta)).toEqual({ inputTokens: 114, outputTokens: 15, costUsd: 0.5 })
  })

  it('when nothing is known of either, knows nothing', () => {
    expect(mergeUsage(unknownUsage, unknownUsage)).toEqual(unknownUsage)
  })
})

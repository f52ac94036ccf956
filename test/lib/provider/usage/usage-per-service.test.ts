import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import type { Usage } from '../../../../src/lib/provider/provider.ts'
import {
  mergeUsage,
  readUsage,
  readUsageWithCost,
  unknownUsage,
} from '../../../../src/lib/provider/usage/usage.ts'
import { usagePlaces } from '../../../../src/lib/provider/usage/usage-places.ts'

const tokens = (
  inputTokens: number | null,
  outputTokens: number | null,
  more: Partial<Usage> = {},
): Usage => ({
  inputTokens,
  outputTokens,
  costUsd: null,
  ...more,
})

/** All services with an answer in their form: a whole body, or the frames of a stream. */
const services: [string, unknown[], Usage][] = [
  [
    'OpenAI, with reasoning inside of the completion',
    [
      {
        choices: [{ message: {} }],
        usage: {
          prompt_tokens: 2006,
          completion_tokens: 300,
          total_tokens: 2306,
          prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
          completion_tokens_details: { reasoning_tokens: 256, audio_tokens: 0 },
        },
      },
    ],
    tokens(2006, 300, { cacheReadTokens: 1920 }),
  ],
  [
    'OpenAI audio',
    [
      {
        choices: [],
        usage: {
          prompt_tokens: 50,
          completion_tokens: 120,
          total_tokens: 170,
          prompt_tokens_details: { audio_tokens: 40 },
          completion_tokens_details: { audio_tokens: 100 },
        },
      },
    ],
    tokens(50, 120, { audioInputTokens: 40, audioOutputTokens: 100 }),
  ],
  [
    'the Responses API, streamed',
    [
      { type: 'response.created', response: { usage: null } },
      {
        type: 'response.completed',
        response: {
          usage: {
            input_tokens: 37,
            input_tokens_details: { cached_tokens: 30 },
            output_tokens: 11,
            output_tokens_details: { reasoning_tokens: 4 },
            total_tokens: 48,
          },
        },
      },
    ],
    tokens(37, 11, { cacheReadTokens: 30 }),
  ],
  [
    'Anthropic, streamed, with writes of both ages and a search',
    [
      {
        type: 'message_start',
        message: {
          usage: {
            input_tokens: 4,
            cache_creation_input_tokens: 30,
            cache_read_input_tokens: 100,
            cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
            output_tokens: 1,
          },
        },
      },
      { type: 'content_block_delta', delta: { type: 'text_delta', text: 'x' } },
      { type: 'message_delta', usage: { output_tokens: 15, server_tool_use: { web_search_requests: 2 } } },
      { type: 'message_delta', usage: { input_tokens: 0, output_tokens: 0 } },
    ],
    tokens(134, 15, { cacheReadTokens: 100, cacheWriteTokens: 10, cacheWriteHourTokens: 20, webSearches: 2 }),
  ],
  [
    'Anthropic after a compaction, which the top leaves out',
    [
      {
        usage: {
          input_tokens: 23,
          output_tokens: 10,
          iterations: [
            { type: 'compaction', input_tokens: 180, output_tokens: 35 },
            { type: 'message', input_tokens: 23, output_tokens: 10 },
          ],
        },
      },
    ],
    tokens(203, 45),
  ],
  [
    'Moonshot, in the last choice of a stream',
    [
      { choices: [{ delta: { content: 'a' } }] },
      {
        choices: [{ delta: {}, usage: { prompt_tokens: 1300, completion_tokens: 67, cached_tokens: 1000 } }],
      },
    ],
    tokens(1300, 67, { cacheReadTokens: 1000 }),
  ],
  [
    'Groq, in `x_groq`',
    [{ choices: [{ delta: {} }], x_groq: { id: 'r', usage: { prompt_tokens: 12, completion_tokens: 8 } } }],
    tokens(12, 8),
  ],
  [
    'DeepSeek, with hits and misses',
    [{ usage: { prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 6, completion_tokens: 3 } }],
    tokens(70, 3, { cacheReadTokens: 64 }),
  ],
  [
    'xAI, with reasoning outside of the completion and its price',
    [
      {
        usage: {
          prompt_tokens: 32,
          completion_tokens: 9,
          total_tokens: 135,
          completion_tokens_details: { reasoning_tokens: 94 },
          cost_in_usd_ticks: 37_756_000,
        },
      },
    ],
    tokens(32, 103, { costUsd: 0.0037756 }),
  ],
  [
    'a service with reasoning outside of the completion and no total',
    [
      {
        usage: {
          prompt_tokens: 5,
          completion_tokens: 9,
          completion_tokens_details: { reasoning_tokens: 94 },
        },
      },
    ],
    tokens(5, 103),
  ],
  [
    'Gemini, with thoughts, a cache and prompts of tools',
    [
      { usageMetadata: { promptTokenCount: 100, totalTokenCount: 100 } },
      {
        usageMetadata: {
          promptTokenCount: 100,
          cachedContentTokenCount: 60,
          toolUsePromptTokenCount: 11,
          candidatesTokenCount: 20,
          thoughtsTokenCount: 50,
          totalTokenCount: 181,
          promptTokensDetails: [
            { modality: 'TEXT', tokenCount: 70 },
            { modality: 'AUDIO', tokenCount: 30 },
          ],
        },
      },
    ],
    tokens(111, 70, { cacheReadTokens: 60, audioInputTokens: 30 }),
  ],
  [
    'Gemini at its OpenAI base, where thoughts are in the total alone',
    [{ usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 65 } }],
    tokens(10, 55),
  ],
  [
    'Gemini as one list',
    [
      [
        { usageMetadata: { promptTokenCount: 3 } },
        { usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 } },
      ],
    ],
    tokens(3, 2),
  ],
  [
    'MiniMax, with a total alone',
    [{ choices: [{}], usage: { total_tokens: 1367 } }],
    tokens(null, 1367, { isTotal: true }),
  ],
  [
    'a total in one frame, and its parts in a later one',
    [{ metrics: { total_tokens: 500 } }, { usage: { prompt_tokens: 400, completion_tokens: 100 } }],
    tokens(400, 100),
  ],
  [
    'a total behind its input',
    [{ message: { usage: { input_tokens: 400 } } }, { usage: { total_tokens: 500 } }],
    tokens(400, 100),
  ],
  [
    'DashScope, with writes to its cache',
    [
      {
        usage: {
          prompt_tokens: 3019,
          completion_tokens: 104,
          total_tokens: 3123,
          prompt_tokens_details: {
            cached_tokens: 0,
            cache_creation_input_tokens: 2048,
            cache_creation: { ephemeral_5m_input_tokens: 2048 },
          },
        },
      },
    ],
    tokens(3019, 104, { cacheWriteTokens: 2048 }),
  ],
  [
    'new-api, which writes the other names as 0',
    [
      {
        usage: {
          prompt_tokens: 900,
          completion_tokens: 40,
          total_tokens: 940,
          input_tokens: 0,
          output_tokens: 0,
          prompt_tokens_details: { cached_tokens: 100 },
          claude_cache_creation_5_m_tokens: 7,
          claude_cache_creation_1_h_tokens: 11,
        },
      },
    ],
    tokens(900, 40, { cacheReadTokens: 100, cacheWriteTokens: 7, cacheWriteHourTokens: 11 }),
  ],
  [
    'new-api in the Messages form, with the names of OpenAI as 0',
    [
      {
        usage: {
          prompt_tokens: 0,
          completion_tokens: 0,
          total_tokens: 0,
          input_tokens: 900,
          output_tokens: 40,
        },
      },
    ],
    tokens(900, 40),
  ],
  [
    'a gateway that counts the cache beside the prompt',
    [{ usage: { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 90 } } }],
    tokens(100, 5, { cacheReadTokens: 90 }),
  ],
  [
    'Cohere, at the end of a stream',
    [
      {
        type: 'message-end',
        delta: {
          usage: {
            billed_units: { input_tokens: 5, output_tokens: 418 },
            tokens: { input_tokens: 71, output_tokens: 418 },
          },
        },
      },
    ],
    tokens(71, 418),
  ],
  ['Cohere’s embeddings', [{ embeddings: {}, meta: { billed_units: { input_tokens: 6 } } }], tokens(6, null)],
  [
    'Cloudflare',
    [{ success: true, result: { response: 'a', usage: { prompt_tokens: 2, completion_tokens: 1 } } }],
    tokens(2, 1),
  ],
  ['Ollama', [{ done: false }, { done: true, prompt_eval_count: 26, eval_count: 298 }], tokens(26, 298)],
  [
    'llama.cpp, in the timings of the last chunk',
    [
      {
        choices: [{ delta: {}, finish_reason: 'stop' }],
        timings: { cache_n: 20, prompt_n: 6, predicted_n: 35 },
      },
    ],
    tokens(26, 35),
  ],
  ['llama.cpp’s own endpoint', [{ content: 'a', tokens_evaluated: 9, tokens_predicted: 4 }], tokens(9, 4)],
  ['embeddings', [{ data: [], usage: { prompt_tokens: 8, total_tokens: 8 } }], tokens(8, null)],
  [
    'vLLM, which repeats its usage in every chunk',
    [3, 4, 5].map((completion_tokens) => ({ choices: [{}], usage: { prompt_tokens: 7, completion_tokens } })),
    tokens(7, 5),
  ],
  [
    'a gateway with counts as text',
    [{ usage: { prompt_tokens: '12', completion_tokens: '5', total_tokens: '17' } }],
    tokens(12, 5),
  ],
  [
    'Cohere version 1, streamed',
    [
      { event_type: 'text-generation', text: 'a' },
      {
        event_type: 'stream-end',
        response: { meta: { tokens: { input_tokens: 70, output_tokens: 22 } } },
      },
    ],
    tokens(70, 22),
  ],
  [
    'Gemini in snake case',
    [{ usage_metadata: { prompt_token_count: 10, candidates_token_count: 5, total_token_count: 15 } }],
    tokens(10, 5),
  ],
  [
    'Gemini live',
    [{ usageMetadata: { promptTokenCount: 10, responseTokenCount: 6, totalTokenCount: 16 } }],
    tokens(10, 6),
  ],
  [
    'Amazon Bedrock, with a cache',
    [
      {
        output: {},
        usage: {
          inputTokens: 30,
          outputTokens: 8,
          totalTokens: 188,
          cacheReadInputTokens: 100,
          cacheWriteInputTokens: 50,
        },
      },
    ],
    tokens(180, 8, { cacheReadTokens: 100, cacheWriteTokens: 50 }),
  ],
  [
    'a gateway with the cache inside of the input, as its total says',
    [{ usage: { inputTokens: 1010, outputTokens: 5, totalTokens: 1015, cacheReadInputTokens: 1000 } }],
    tokens(1010, 5, { cacheReadTokens: 1000 }),
  ],
  [
    'a gateway with the cache beside the input, in a total without it',
    [{ usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15, cache_read_input_tokens: 1000 } }],
    tokens(1010, 5, { cacheReadTokens: 1000 }),
  ],
  [
    'Amazon Bedrock, streamed',
    [{ metadata: { usage: { inputTokens: 30, outputTokens: 8, totalTokens: 38 } } }],
    tokens(30, 8),
  ],
  [
    'Amazon Bedrock, the last chunk of a model',
    [
      {
        'amazon-bedrock-invocationMetrics': {
          inputTokenCount: 30,
          outputTokenCount: 8,
          invocationLatency: 1,
        },
      },
    ],
    tokens(30, 8),
  ],
  [
    'Tencent Cloud',
    [{ Response: { Usage: { PromptTokens: 4, CompletionTokens: 9, TotalTokens: 13 } } }],
    tokens(4, 9),
  ],
  ['watsonx', [{ results: [{ generated_token_count: 10, input_token_count: 20 }] }], tokens(20, 10)],
  [
    'Replicate',
    [{ output: ['x'], metrics: { input_token_count: 20, output_token_count: 10 } }],
    tokens(20, 10),
  ],
  ['Text Generation Inference', [{ details: { generated_tokens: 20, prefill: [] } }], tokens(null, 20)],
  [
    'Text Generation Inference, streamed',
    [{ token: { id: 1 } }, { generated_text: 'x', details: { generated_tokens: 20, input_length: 7 } }],
    tokens(7, 20),
  ],
  [
    'Vertex AI, predictions',
    [
      {
        predictions: [{ content: 'x' }],
        metadata: {
          tokenMetadata: { inputTokenCount: { totalTokens: 7 }, outputTokenCount: { totalTokens: 9 } },
        },
      },
    ],
    tokens(7, 9),
  ],
  [
    'Amazon Bedrock, Converse: the cache beside the input',
    [{ usage: { inputTokens: 4, outputTokens: 10, totalTokens: 114, cacheReadInputTokens: 100 } }],
    tokens(104, 10, { cacheReadTokens: 100 }),
  ],
  [
    'Amazon Bedrock, Converse: the cache inside of the input',
    [{ usage: { inputTokens: 104, outputTokens: 10, totalTokens: 114, cacheReadInputTokens: 100 } }],
    tokens(104, 10, { cacheReadTokens: 100 }),
  ],
  [
    'Perplexity, research with sources and reasoning',
    [
      {
        usage: {
          prompt_tokens: 33,
          completion_tokens: 700,
          total_tokens: 733,
          citation_tokens: 20_000,
          num_search_queries: 18,
          reasoning_tokens: 7000,
        },
      },
    ],
    tokens(20_033, 7700),
  ],
  [
    'Perplexity, research in the total',
    [
      {
        usage: {
          prompt_tokens: 33,
          completion_tokens: 700,
          total_tokens: 27_733,
          citation_tokens: 20_000,
          reasoning_tokens: 7000,
        },
      },
    ],
    tokens(33, 27_700),
  ],
  [
    'Amazon Bedrock, Llama',
    [{ generation: 'x', prompt_token_count: 12, generation_token_count: 34 }],
    tokens(12, 34),
  ],
  [
    'Amazon Bedrock, Titan',
    [{ inputTextTokenCount: 7, results: [{ tokenCount: 12, outputText: 'x' }] }],
    tokens(7, 12),
  ],
  ['Amazon Bedrock, Titan embeddings', [{ embedding: [0.1], inputTextTokenCount: 8 }], tokens(8, null)],
  [
    'LM Studio, its own API',
    [{ output: [], stats: { input_tokens: 10, total_output_tokens: 20, reasoning_output_tokens: 5 } }],
    tokens(10, 20),
  ],
  [
    'OpenAI realtime',
    [
      {
        type: 'response.done',
        response: {
          usage: {
            total_tokens: 253,
            input_tokens: 132,
            output_tokens: 121,
            input_token_details: { cached_tokens: 64, audio_tokens: 13 },
            output_token_details: { audio_tokens: 91 },
          },
        },
      },
    ],
    tokens(132, 121, { cacheReadTokens: 64, audioInputTokens: 13, audioOutputTokens: 91 }),
  ],
]

describe('the usage of each service', () => {
  it.each(services)('%s', (_, frames, usage) => {
    const read = frames.map((frame) => readUsage(JSON.parse(JSON.stringify(frame))))
    expect(read.reduce(mergeUsage, unknownUsage)).toEqual(usage)
  })

  test('a built-in service reads all of these, with its own reader', () => {
    for (const provider of builtinProviders.filter(({ kind }) => kind !== 'http'))
      for (const [, frames, usage] of services) {
        const { inputTokens, outputTokens } = frames
          .map((frame) => provider.usage(frame))
          .reduce(mergeUsage, unknownUsage)
        expect({ inputTokens, outputTokens }).toEqual({
          inputTokens: usage.inputTokens,
          outputTokens: usage.outputTokens,
        })
      }
  })

  test('every place says where it is documented, and when that was read', () => {
    for (const { source } of usagePlaces) expect(source).toMatch(/^https:\/\/\S+, \d{4}-\d\d-\d\d$/)
  })
})

describe('the cost in an answer', () => {
  it.each([
    ['OpenRouter’s', { cost: 0.0042 }, 0.0042],
    [
      'with a key of one’s own at the service',
      { cost: 0.001, is_byok: true, cost_details: { upstream_inference_cost: 0.02 } },
      0.021,
    ],
    ['Perplexity’s', { cost: { total_cost: 0.006 } }, 0.006],
  ])('is read: %s', (_, usage, costUsd) => {
    expect(
      readUsageWithCost({ usage: { prompt_tokens: 1, completion_tokens: 2, ...usage } }).costUsd,
    ).toBeCloseTo(costUsd)
  })
})

const countAll = ({ inputTokens, outputTokens }: Usage): number => (inputTokens ?? 0) + (outputTokens ?? 0)

describe('parts of a usage', () => {
  const name = fc.constantFrom(
    'prompt_tokens',
    'input_tokens',
    'completion_tokens',
    'output_tokens',
    'total_tokens',
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
    'cached_tokens',
  )

  test('the tokens that count are never fewer than a total that the service names', () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.nat(1000)), (usage) => {
        const { inputTokens, outputTokens } = readUsage({ usage })
        expect((inputTokens ?? 0) + (outputTokens ?? 0)).toBeGreaterThanOrEqual(usage.total_tokens ?? 0)
      }),
    )
  })

  test('a merge of frames is never less than any of them, in any order', () => {
    const usage = fc.dictionary(name, fc.nat(1000)).map((fields) => readUsage({ usage: fields }))
    fc.assert(
      fc.property(usage, usage, (one, other) => {
        expect(mergeUsage(one, other)).toEqual(mergeUsage(other, one))
        const merged = mergeUsage(one, other)
        for (const { isTotal, ...each } of [one, other]) {
          expect(countAll(merged)).toBeGreaterThanOrEqual(countAll(each))
          if (isTotal === true) continue
          for (const [part, amount] of Object.entries(each))
            expect((merged[part as keyof Usage] ?? 0) >= (amount ?? 0)).toBe(true)
        }
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inspectAnswer, inspectResponse } from '../../../../src/lib/proxy/wire/inspect-response.ts'
import { usageInTail } from '../../../../src/lib/proxy/wire/usage-in-tail.ts'
import { isErrorFrame } from '../../../../src/lib/provider/failures/error-frame.ts'
import { readUsageWithCost, usageNames } from '../../../../src/lib/provider/usage/usage.ts'

const bytes = (value: unknown, space?: number) => Buffer.from(JSON.stringify(value, null, space))

const reread = (answer: Buffer) => (JSON.parse(answer.toString()) as { usage: unknown }).usage

describe('a glance at a whole answer', () => {
  test('when it is a plain success, gives the usage as the readers would find it by parsing all of it', () => {
    const count = fc.oneof(fc.nat(), fc.double(), fc.maxSafeInteger(), fc.jsonValue())
    const name = fc.constantFrom(
      ...usageNames,
      'prompt_tokens_details',
      'prompt_cache_hit_tokens',
      'cost_in_usd_ticks',
    )
    const details = fc.record({
      prompt_tokens: fc.nat(),
      prompt_tokens_details: fc.record({ cached_tokens: fc.nat(2), audio_tokens: fc.nat(2) }),
      completion_tokens_details: fc.record({ reasoning_tokens: fc.nat(3) }),
      cache_creation: fc.record({ ephemeral_1h_input_tokens: fc.nat(2) }),
      server_tool_use: fc.record({ web_search_requests: fc.nat(1) }),
    })
    const usage = fc.oneof(fc.dictionary(name, count), fc.dictionary(name, fc.nat()), details, fc.jsonValue())
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), usage, fc.nat(2), (rest, usage, space) => {
        const answer = bytes({ ...rest, usage }, space)
        const seen = inspectResponse(answer)
        if (seen !== null)
          expect(readUsageWithCost(seen)).toEqual(readUsageWithCost({ usage: reread(answer) }))
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['{"prompt_tokens": 7, "prompt_tokens": 8}', { prompt_tokens: 8 }],
    ['{"prompt\\u005ftokens": 7, "x": [{}]}', { prompt_tokens: 7, x: [{}] }],
    ['{"output_tokens": 1e2, "cost": 0.25}', { output_tokens: 100, cost: 0.25 }],
    ['{"output_tokens": 9007199254740993, "cost": -0}', { output_tokens: 9_007_199_254_740_992, cost: -0 }],
    ['{ }', {}],
    ['{"cost_in_usd_ticks": 0}', { cost_in_usd_ticks: 0 }],
    ['{"prompt_cache_hit_tokens": 0}', { prompt_cache_hit_tokens: 0 }],
    ['null', null],
    ['[1]', [1]],
  ])('when the usage is %s, takes it for that', (text, usage) => {
    expect(inspectResponse(Buffer.from(`{"id":"x","usage": ${text} }`))).toEqual({ usage })
  })

  test.each(['{"cost": 07}', '{"cost" 7}', '{"cost": 7', '{"cost": {]}', '[', 'nul'])(
    'when the usage is %s, leaves the answer to be read as a whole',
    (text) => {
      expect(inspectResponse(Buffer.from(`{"id":"x","usage": ${text}}`))).toBeNull()
    },
  )

  test('when there is no usage, says so', () => {
    expect(inspectResponse(bytes({ id: 'x', choices: [] }))).toEqual({ usage: undefined })
  })

  test('when an answer is an error in disguise, it is never taken for a success', () => {
    const texts = fc.constantFrom(
      'error',
      'message',
      'code',
      'errorType',
      'type',
      'choices',
      'finish_reason',
      'data',
    )
    const value = fc.letrec((tie) => ({
      any: fc.oneof(fc.constant(null), texts, fc.array(tie('any'), { maxLength: 2 }), tie('record')),
      record: fc.dictionary(texts, tie('any'), { maxKeys: 4 }),
    }))
    fc.assert(
      fc.property(value.any, (answer) => {
        if (isErrorFrame(null, answer)) expect(inspectAnswer(bytes(answer))).toBeNull()
      }),
      { numRuns: 2000 },
    )
  })

  test('when it names no error, code or errorType, it need not be read as a whole; else it must', () => {
    const key = fc.constantFrom('error', 'code', 'errorType', 'usage', 'a "error', 'errors', 'type')
    const inner = fc.oneof(
      fc.nat(),
      key,
      fc.dictionary(key, key, { maxKeys: 2 }),
      fc.array(key, { maxLength: 2 }),
    )
    fc.assert(
      fc.property(
        fc.dictionary(key, inner, { maxKeys: 4 }),
        fc.nat(2),
        fc.constantFrom('', '\n', ' "error"'),
        (answer, indent, rest) => {
          const body = Buffer.concat([bytes(answer, indent), Buffer.from(rest)])
          const isSuspect = body.includes('"error"') || 'code' in answer || 'errorType' in answer
          if (isSuspect) expect(inspectResponse(body)).toBeNull()
          else expect(readUsageWithCost(inspectResponse(body))).toEqual(readUsageWithCost(answer))
        },
      ),
      { numRuns: 1000 },
    )
  })

  test.each([
    '',
    'null',
    '[]',
    '<html>',
    '{"usage":',
    '{"usage":{}} x',
    '{"code":"x","message":"y"}',
    '{"a":{"error":1}}',
  ])('when it is %j, leaves it to be read as a whole', (text) => {
    const seen = inspectResponse(Buffer.from(text))
    expect(seen === null || text.endsWith(' x')).toBe(true)
  })
})

describe('the usage near the end of a large answer', () => {
  test('when the answer was cut at the front, is found all the same', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat() }),
        fc.nat(),
        (text, usage, cut) => {
          const whole = bytes({ data: [text], usage })
          const tail = whole.subarray(Math.min(cut, whole.lastIndexOf('"usage"')))
          expect(usageInTail(tail)).toEqual({ usage })
        },
      ),
    )
  })

  test('when the text only talks about usage, nothing is found', () => {
    expect(usageInTail(bytes({ content: 'my "usage": {"prompt_tokens": 7}' }))).toBeNull()
  })

  test.each(['', '"usage"', '"usage":', '"usage":{', '"usage":{"a"', '"usage":7'])(
    'when the tail is %j, nothing is found',
    (text) => {
      expect(usageInTail(Buffer.from(text))).toBeNull()
    },
  )
})

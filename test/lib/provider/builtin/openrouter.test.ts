import { describe, expect, it } from 'vitest'
import { openrouter } from '../../../../src/lib/provider/builtin/hosts/openrouter.ts'
import { at, givenAnswer, inSeconds, NOW } from '../given-answer.ts'

const said = (code: number, message: string, metadata?: object) => ({
  error: { code, message, ...(metadata === undefined ? {} : { metadata }) },
  user_id: 'user_1',
})
const limited = (source: string, more: object = {}) => ({ limit_source: source, ...more })
const budget = { scope: 'key', limit_usd: 5, spend_usd: 5, resets_at: '2026-11-26T00:00:00Z' }

describe('what OpenRouter says', () => {
  it.each([
    [401, said(401, 'No cookie auth credentials found'), 'auth-dead', 'account'],
    [401, said(401, 'User not found.'), 'auth-dead', 'account'],
    [402, said(402, 'Insufficient credits'), 'quota-hard', 'account'],
    [402, said(402, 'x', limited('openrouter_credits')), 'quota-hard', 'account'],
    [
      402,
      said(402, 'x', limited('openrouter_credits', { reason: 'weight_exceeds_budget' })),
      'request-declined',
      'account',
    ],
    [402, said(402, 'x', limited('openrouter_in_flight_budget')), 'rate-short', 'account'],
    [402, said(402, 'x', limited('openrouter_key_limit')), 'quota-hard', 'account'],
    [402, said(402, 'x', limited('openrouter_key_limit', budget)), 'quota-window', 'account'],
    [403, said(403, 'x', limited('openrouter_key_limit', budget)), 'quota-window', 'account'],
    [403, said(403, 'x', limited('openrouter_guardrail_budget', budget)), 'quota-window', 'account'],
    [403, said(403, 'x', limited('openrouter_workspace_budget', budget)), 'quota-window', 'account'],
    [403, said(403, 'flagged', { reasons: ['violence'] }), 'bad-request', 'account'],
    [404, said(404, 'No endpoints found for maker/model.'), 'model-unavailable', 'model'],
    [400, said(400, 'nope is not a valid model ID'), 'model-unavailable', 'model'],
    [408, said(408, 'timed out'), 'timeout', 'model'],
    [429, said(429, 'Rate limit exceeded: free-models-per-min'), 'rate-short', 'model'],
    [429, said(429, 'Rate limit exceeded: free-models-per-day'), 'quota-window', 'model'],
    [429, said(429, 'Rate limit exceeded: free-models-per-day-high-balance'), 'quota-window', 'model'],
    [
      429,
      said(429, 'Provider returned error', { provider_name: 'Acme', raw: 'slow' }),
      'overloaded',
      'model',
    ],
    [429, said(429, 'slow', { provider_name: 'Acme' }), 'overloaded', 'model'],
    [429, said(429, 'slow'), 'rate-short', 'model'],
    [502, said(502, 'bad gateway'), 'overloaded', 'model'],
    [503, said(503, 'No provider'), 'overloaded', 'model'],
    [200, { ...said(502, 'cut'), choices: [{ finish_reason: 'error' }] }, 'overloaded', 'model'],
    [200, said(402, 'Insufficient credits'), 'quota-hard', 'account'],
    [200, said(429, 'Rate limit exceeded: free-models-per-day'), 'quota-window', 'model'],
  ])('when %i comes with %j, it is %s about the %s', (status, body, outcome, scope) => {
    expect(openrouter.outcome(givenAnswer(status, body))).toMatchObject({ class: outcome, scope })
  })

  const perDay = 'Rate limit exceeded: free-models-per-day'
  const reset = String(NOW + 90_000)
  it.each([
    [
      'the reset of a budget',
      said(403, 'x', limited('openrouter_workspace_budget', budget)),
      {},
      at(budget.resets_at),
    ],
    [
      'retry-after',
      said(402, 'x', limited('openrouter_in_flight_budget')),
      { 'retry-after': '5' },
      inSeconds(5),
    ],
    ['copied headers', said(429, perDay, { headers: { 'X-RateLimit-Reset': reset } }), {}, inSeconds(90)],
    ['its header', said(429, perDay), { 'x-ratelimit-reset': reset }, inSeconds(90)],
    ['the end of the UTC day', said(429, perDay), {}, at('2026-11-26T00:00:00Z')],
    ['nothing', said(429, 'Rate limit exceeded: free-models-per-min'), {}, null],
  ])('when a limit ends by %s, says when', (_, body, headers, until) => {
    expect(openrouter.outcome(givenAnswer(body.error.code, body, headers)).until).toBe(until)
  })

  it('reads what an answer cost', () => {
    const usage = openrouter.usage({ usage: { prompt_tokens: 1, completion_tokens: 2, cost: 0.01 } })
    expect(usage).toEqual({ inputTokens: 1, outputTokens: 2, costUsd: 0.01 })
  })
})

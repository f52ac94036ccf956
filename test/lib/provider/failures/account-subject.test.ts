// An account that is the subject of a refusal, beside words for a part of the request. The bodies are composed: each
// rule must hold for wordings that no service has used yet.
import { describe, expect, it } from 'vitest'
import { explainOutcome } from '../../../../src/lib/provider/failures/outcome-table.ts'
import { givenAnswer } from '../given-answer.ts'

type Body = readonly [status: number, message: string]

function eachIs(outcome: string, bodies: readonly Body[]) {
  it.each(bodies)(`%i %s: ${outcome}`, (status, message) => {
    const answer = givenAnswer(status, { error: { message, type: 'x', code: null } })
    expect(explainOutcome(answer).outcome.class).toBe(outcome)
  })
}

describe('a check that the message asks for', () => {
  eachIs('bad-request', [
    [400, 'Please verify your request body and try again'],
    [400, 'Invalid value. Verify your JSON syntax.'],
    [400, 'Please verify your model name and your messages'],
  ])
  eachIs('model-unavailable', [
    [403, 'Model foo not found. Please verify your API key has access to this model'],
    [404, 'Unknown model. Please verify your account can use it'],
  ])
  eachIs('rate-short', [
    [429, 'Rate limit reached. Please verify your account limits'],
    [429, 'Too many requests. Verify your token usage'],
  ])
  eachIs('auth-dead', [
    [403, 'Please verify your email address to continue'],
    [403, 'Please verify your account.'],
    [403, 'Verify your identity first'],
    [403, 'You must verify your phone number before using the API'],
  ])
})

describe('a refused request of an account that broke the rules', () => {
  eachIs('auth-dead', [
    [
      403,
      'Your request was denied because your organization violated our usage policies and has been suspended',
    ],
    [403, 'This request was blocked because your account has been flagged for usage policy violations'],
    [400, 'Your request was refused: your organization has been suspended'],
    [403, 'Account suspended'],
  ])
  eachIs('bad-request', [
    [403, 'Your request was flagged by our content policy'],
    [400, 'Your prompt was flagged: it says that your account is suspended'],
  ])
})

describe('a gateway that names its own parts', () => {
  eachIs('auth-dead', [
    [403, 'Request blocked by plugin ip-restriction: Your IP address is not allowed'],
    [403, 'IP address 203.0.113.7 is not allowed (plugin ip-restriction)'],
    [403, 'Failed to load user credentials: API key has been revoked'],
    [403, 'Failed to load your account: account suspended'],
    [403, 'API key not valid for this referrer, allowed domains: example.com'],
    [403, 'Access denied by webhook authorizer: API key expired'],
    [403, 'upstream response: permission denied, invalid API key'],
    [403, 'Invalid API key: access to file denied'],
    [404, 'The API key has been removed'],
    [410, 'This API key has been removed'],
  ])
  eachIs('quota-hard', [
    [403, 'Failed to fetch billing information: insufficient balance'],
    [403, 'Not allowed to use files: insufficient credits'],
    [403, 'Error loading: credit balance too low for this account'],
  ])
  eachIs('bad-request', [
    [403, 'Failed to fetch image from https://example.com/a.png: invalid API key'],
    [403, 'MCP server weather: the account is suspended'],
    [403, 'Plugin weather returned 403: invalid API key'],
    [403, 'The caller does not have permission to access file files/abc or it may not exist'],
  ])
  it('does not take the words of a page for a part of the request', () => {
    const page = '<html><body>Access denied by the plugin Shield. See our files.</body></html>'
    expect(explainOutcome(givenAnswer(403, page)).outcome.class).toBe('overloaded')
  })
  it('does not take an endpoint for an object of the request', () => {
    const answer = givenAnswer(403, {
      error: { message: 'You do not have access to the responses endpoint' },
    })
    expect(explainOutcome(answer).outcome.class).not.toBe('bad-request')
  })
})

describe('a region', () => {
  eachIs('auth-dead', [
    [403, 'Request not allowed from this country: sanctions'],
    [403, 'Your country, region, or territory is not supported. Models are unavailable.'],
  ])
  eachIs('bad-request', [
    [403, 'Content about sanctioned countries is prohibited by the content policy'],
    [400, 'Prompts about countries with restricted regions are prohibited by the content policy'],
  ])
  eachIs('model-unavailable', [
    [403, 'gpt-4.1 is a model that is not available in your region'],
    [400, 'Access to Anthropic models is not allowed from unsupported countries, regions, or territories.'],
  ])
})

describe('codes without words', () => {
  const judge = (status: number, code: string) =>
    explainOutcome(givenAnswer(status, { error: { message: 'No.', code } })).outcome.class

  it.each([
    [429, 'user_weekly_rate_limited:pro_plus', 'quota-window'],
    [429, 'session_quota_exceeded', 'quota-window'],
    [403, 'coding_plan_hour_quota_exceeded', 'quota-window'],
    [403, 'coding_plan_week_quota_exceeded', 'quota-window'],
    [429, 'coding_plan_rate_limit_exceeded', 'rate-short'],
    [403, 'coding_plan_subscription_expired', 'auth-dead'],
    [403, 'coding_plan_not_subscribed', 'auth-dead'],
    [402, 'additional_spend_limit_reached', 'quota-window'],
    [429, 'project_spend_limit_exceeded', 'quota-hard'],
    [403, 'account_overdue', 'quota-hard'],
    [429, 'EXCEED_TOKEN_QUOTA_LIMIT', 'quota-hard'],
  ])('%i %s: %s', (status, code, wanted) => {
    expect(judge(status, code)).toBe(wanted)
  })

  it.each([
    [403, 'InvalidClientTokenId', 'auth-dead'],
    [400, 'IncompleteSignature', 'auth-dead'],
    [403, 'UnrecognizedClientException:http://internal.amazon.com/coral/', 'auth-dead'],
    [403, 'ExpiredTokenException', 'auth-dead'],
    [424, 'ModelErrorException', 'overloaded'],
    [403, 'AccessDeniedException', 'model-unavailable'],
    [400, 'ValidationException', 'bad-request'],
  ])('%i %s in the header of AWS: %s', (status, name, wanted) => {
    const answer = givenAnswer(status, { message: 'No.' }, { 'x-amzn-errortype': name })
    expect(explainOutcome(answer).outcome.class).toBe(wanted)
  })
})

describe('a window of a day or longer', () => {
  const judge = (message: string) => explainOutcome(givenAnswer(429, { error: { message } })).outcome

  it.each([
    ['Monthly token limit exceeded for this workspace', 'account'],
    ['You have reached the daily request limit of your organization', 'account'],
    ['Rate limit reached for model gpt-5 in organization org_1 on tokens per day (TPD): Limit 1', 'model'],
    ['Daily token limit for model gpt-5 exceeded in your organization', 'model'],
    ['Monthly token limit exceeded', 'model'],
  ])('%s: %s', (message, scope) => {
    expect(judge(message)).toMatchObject({ class: 'quota-window', scope })
  })
})

describe('a count beside a limit', () => {
  const limited = (usage: object) =>
    explainOutcome(givenAnswer(429, { error: { message: 'Rate limit exceeded' }, usage })).outcome

  it('ends the limit if nothing is left', () => {
    const { class: found } = limited({ remaining: 0, reset_at: '2026-12-01T00:00:00Z' })
    expect(found).toBe('quota-window')
  })

  it('says nothing of the limit while some is left', () => {
    const { class: found, until } = limited({ remaining: 995, reset_at: '2026-12-01T00:00:00Z' })
    expect([found, until]).toEqual(['rate-short', null])
  })
})

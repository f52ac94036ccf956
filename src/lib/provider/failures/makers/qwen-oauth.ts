import type { ServiceFailures } from '../failure-row.ts'
import { compatible } from './qwen.ts'

const OAUTH = 'github.com/QwenLM/qwen-code/issues/3314, issues/2191 (2026-11)'

/** The login of Qwen Code, with a closed free tier: here `insufficient_quota` is the quota of a day. */
export const qwenOauthFailures: ServiceFailures = {
  id: 'qwen-oauth',
  label: 'Qwen OAuth',
  providers: ['qwen-oauth'],
  rows: [
    {
      id: 'qwen-oauth-401',
      status: 401,
      isOwn: 'first',
      class: 'auth-refresh',
      about: 'the token has ended',
      source: OAUTH,
      examples: [
        { status: 401, body: compatible('invalid_api_key', 'invalid access token or token expired') },
      ],
    },
    {
      id: 'qwen-oauth-token',
      message: /invalid access token or token expired/i,
      isOwn: 'first',
      class: 'auth-refresh',
      about: 'the same',
      source: OAUTH,
      examples: [{ status: 403, body: compatible(null, 'invalid access token or token expired') }],
    },
    {
      id: 'qwen-oauth-day',
      message: /\bfree allocated quota exceeded/i,
      isOwn: 'first',
      class: 'quota-window',
      scope: 'account',
      about: 'the quota of a day',
      source: OAUTH,
      examples: [
        {
          status: 429,
          body: compatible('insufficient_quota', 'Free allocated quota exceeded.', 'insufficient_quota'),
        },
      ],
    },
    // Also seen under concurrency with quota left: the guess begins small.
    {
      id: 'qwen-oauth-quota',
      code: 'insufficient_quota',
      isOwn: 'first',
      class: 'quota-window',
      scope: 'account',
      about: 'the quota of a day',
      source: OAUTH,
      examples: [
        {
          status: 429,
          body: compatible('insufficient_quota', 'You exceeded your current quota.', 'insufficient_quota'),
        },
      ],
    },
    {
      id: 'qwen-oauth-qps',
      when: ({ text, code }) =>
        text.includes('THROTTLING.userQPSLimit') || code === 'THROTTLING.userQPSLimit',
      class: 'rate-short',
      about: '`THROTTLING.userQPSLimit`: too many requests a second',
      source: OAUTH,
      examples: [
        { status: 429, body: { errorType: 'THROTTLING.userQPSLimit', rid: 'r', message: null, status: 429 } },
      ],
    },
  ],
  bodies: [],
}

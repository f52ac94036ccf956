import type { AttemptRecord, NamedAccount, RequestRecord } from '../../src/lib/observe/request-event.ts'

export const NOW = Date.parse('2026-11-22T10:00:00.000Z')

export const work: NamedAccount = { id: 'acc_work', user: 'local', provider: 'qwen', name: 'work' }
export const spare: NamedAccount = { id: 'acc_spare', user: 'local', provider: 'openai', name: 'spare' }

export function givenAttempt(changes: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    account: work,
    model: 'qwen3-coder-plus',
    at: NOW,
    latencyMs: 12,
    firstByteMs: 8,
    outcome: 'ok',
    status: 200,
    message: null,
    origin: 'https://dashscope.aliyuncs.com',
    ...changes,
  }
}

/** A request that went well with the first account. */
export function givenRecord(changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 'req-1',
    at: NOW,
    latencyMs: 14,
    firstByteMs: 9,
    method: 'POST',
    route: '/v1/chat/completions',
    dialect: 'openai',
    clientKey: null,
    clientKeyId: null,
    onlyUser: null,
    model: 'qwen3-coder-plus',
    isStream: false,
    status: 200,
    outcome: 'ok',
    message: null,
    attempts: [givenAttempt()],
    inputTokens: 120,
    outputTokens: 34,
    costUsd: null,
    isEstimated: false,
    bytesIn: 300,
    bytesOut: 1000,
    isClientGone: false,
    traceparent: null,
    ...changes,
  }
}

/** Rate limited at the first account, answered by the second. */
export function givenRotation(changes: Partial<RequestRecord> = {}): RequestRecord {
  const message = 'slow down, key sk-0123456789abcdef0123456789'
  return givenRecord({
    attempts: [
      givenAttempt({ outcome: 'rate-short', status: 429, message, firstByteMs: 3, latencyMs: 4 }),
      givenAttempt({ account: spare, at: NOW + 4, origin: 'http://127.0.0.1:8080' }),
    ],
    ...changes,
  })
}

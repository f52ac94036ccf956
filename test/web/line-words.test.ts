import { expect, test } from 'vitest'
import type { LogLine } from '../../web/src/api/types.ts'
import { formatDetail, kindLabel } from '../../web/src/views/live/line-words.ts'

const line = (fields: Partial<LogLine>): LogLine => ({
  kind: 'request',
  time: '2026-11-30T09:00:00.000Z',
  ...fields,
})

test('a request names the accounts that failed before, in plain words', () => {
  const tried = ['alice:qwen/work rate-short', 'openai/main auth-dead', 'qwen/spare ok']
  expect(formatDetail(line({ outcome: 'ok', tried, stream: true }))).toBe(
    'after alice:qwen/work (rate limited), openai/main (credential refused) · streamed',
  )
})

test('a request without a model shows its route, and a request with one does not', () => {
  const fields = { outcome: 'ok', method: 'GET', route: '/v1/models', status: 200 }
  expect(formatDetail(line(fields))).toBe('GET /v1/models')
  expect(formatDetail(line({ ...fields, model: 'qwen3-max' }))).toBe('')
})

test('an outcome of a later version is shown as it is', () => {
  expect(formatDetail(line({ outcome: 'ok', tried: ['qwen/a new-class', 'qwen/b ok'] }))).toBe(
    'after qwen/a (new-class)',
  )
})

test('a cooldown without an end waits for a person', () => {
  const fields = { kind: 'cooldown', reason: 'auth-dead', until: null, rests: 'model', evidence: 'HTTP 401' }
  expect(kindLabel(line(fields as Partial<LogLine>))).toBe('cooldown')
  expect(formatDetail(line(fields as Partial<LogLine>))).toBe(
    'credential refused · until you act · rests model · HTTP 401',
  )
})

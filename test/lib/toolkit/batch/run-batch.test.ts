import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { BatchRecords } from '../../../../src/lib/toolkit/batch/batch-records.ts'
import type { LineAnswer, LineSender } from '../../../../src/lib/toolkit/batch/line-sender.ts'
import { checkBatch, runBatch } from '../../../../src/lib/toolkit/batch/run/run-batch.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const answer: LineAnswer = {
  status: 200,
  code: null,
  message: null,
  hint: null,
  returnsAt: null,
  body: Buffer.from('{"choices":[{"message":{"role":"assistant","content":"ok"}}]}'),
  account: 'custom/a',
  requestId: 'req_1',
  usage: { inputTokens: 9, outputTokens: 2, costUsd: null },
}

test('a batch has its record before its first line is sent, also in a process that has just begun', async () => {
  // The time since the start of the process; other clocks continue.
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const folder = temporaryFolder()
  const file = join(folder, 'tasks.jsonl')
  const body = { model: 'm1', messages: [{ role: 'user', content: 'hi' }] }
  writeFileSync(file, JSON.stringify({ custom_id: '1', method: 'POST', url: '/v1/chat/completions', body }))
  const records = new BatchRecords(resolveHome({ QWENCTL_HOME: join(folder, 'home') }))
  const seen: string[] = []
  const send: LineSender = () => {
    seen.push(records.find(file).status)
    return Promise.resolve(answer)
  }
  const options = { group: null, maxCostUsd: null, until: null, waitsForPeople: false }
  const wish = {
    ...options,
    file,
    model: null,
    user: null,
    isOrdered: false,
    retryFailed: false,
    retryUnknown: false,
  }
  const parts = {
    records,
    send,
    clock: Date.now,
    concurrency: 1,
    lineCostUsd: null,
    onState: () => undefined,
  }
  await runBatch(wish, await checkBatch(wish), parts)
  expect(seen).toEqual(['running'])
})

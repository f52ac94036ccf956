import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { sendError } from '../../../src/lib/management/answer.ts'
import { missingOwnFile } from '../../support/missing-file.ts'

test('when a route needs a file that an upgrade replaced, the answer is 503 with the command that helps', async () => {
  const missing = await missingOwnFile()
  const server = createServer((_, res) => sendError(res, missing))
  onTestFinished(() => void server.close())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const reply = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  expect(reply.status).toBe(503)
  expect(await reply.json()).toMatchObject({ error: { code: 'failed', hint: 'qwenctl proxy restart' } })
})

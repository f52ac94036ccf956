import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openLazyManagement } from '../../../src/commands/base/proxy/lazy-management.ts'
import type { ManagementOptions } from '../../../src/lib/management/management.ts'
import { missingOwnFile } from '../../support/missing-file.ts'

async function listen(load: () => Promise<never>) {
  const troubles: string[] = []
  const options = { onTrouble: (message: string) => troubles.push(message) } as unknown as ManagementOptions
  const manage = openLazyManagement(options, load)
  const server = createServer((req, res) => manage(req, res, { requestId: 'r', remoteAddress: '' }))
  onTestFinished(() => void server.close())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/accounts`
  const ask = async () => {
    const reply = await fetch(url)
    return {
      status: reply.status,
      ...((await reply.json()) as { error: { message: string; hint: string } }),
    }
  }
  return { ask, troubles }
}

test('when the API cannot be loaded, each client gets an answer, and the proxy says the cause', async () => {
  const { ask, troubles } = await listen(() => Promise.reject(new Error('no memory')))
  for (let turn = 1; turn <= 2; turn += 1) {
    const { status, error } = await ask()
    expect(status).toBe(503)
    expect(error.message).toMatch(/^the page and the API cannot be loaded; the output of the proxy/)
    expect(error.message).not.toContain('changed')
    expect(error.hint).toContain('qwenctl proxy restart')
    expect(troubles).toHaveLength(turn)
  }
  expect(troubles[0]).toContain('no memory')
})

test('when a file of qwenctl is missing, the answer says that the files have changed', async () => {
  const missing = await missingOwnFile()
  const { ask } = await listen(() => Promise.reject(missing))
  expect(await ask()).toMatchObject({
    status: 503,
    error: {
      message:
        'the page and the API cannot be loaded; the files of qwenctl have changed since this process started',
      hint: 'qwenctl proxy restart',
    },
  })
})

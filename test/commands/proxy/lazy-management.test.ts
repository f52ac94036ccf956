import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { lazyManagement } from '../../../src/commands/base/proxy/lazy-management.ts'
import type { ManagementOptions } from '../../../src/lib/management/management.ts'

test('when the API cannot be loaded, the client gets an answer with the command that helps, each time', async () => {
  const troubles: string[] = []
  const options = { onTrouble: (message: string) => troubles.push(message) } as unknown as ManagementOptions
  const manage = lazyManagement(options, () => Promise.reject(new Error('no such file')))
  const server = createServer((req, res) => manage(req, res, { requestId: 'r', remoteAddress: '' }))
  onTestFinished(() => void server.close())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/accounts`
  for (let turn = 1; turn <= 2; turn += 1) {
    const reply = await fetch(url)
    expect(reply.status).toBe(503)
    expect(await reply.json()).toMatchObject({ error: { hint: 'qwenctl proxy restart' } })
    expect(troubles).toHaveLength(turn)
  }
  expect(troubles[0]).toContain('no such file')
})

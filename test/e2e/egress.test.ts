import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { parseDocument, runBinary } from '../support/cli.ts'
import { httpProxy, serverCertificate } from '../support/servers/egress-proxies.ts'
import { chatAt, givenHome, startedProxy } from './proxy/proxy-process.ts'

const authority = fileURLToPath(new URL('../support/certs/authority.pem', import.meta.url))

/** A service over TLS that only the test authority vouches for. Resolves to its base URL. */
async function givenService(): Promise<string> {
  const server = createServer(serverCertificate, (request, response) => {
    request.resume()
    const answer = {
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'hello' } }],
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `https://localhost:${(server.address() as AddressInfo).port}/v1`
}

test.each([
  ['the flag', ['--ca', authority], {}],
  ['the setting’s variable', [], { QWENCTL_CA: authority }],
  ['NODE_EXTRA_CA_CERTS', [], { NODE_EXTRA_CA_CERTS: authority }],
])('proxy start trusts the authority that %s names', async (_, flags, env) => {
  const home = await givenHome([{ name: 'work' }], await givenService())
  const { url } = await (await startedProxy(home, flags, env)).listening()
  expect(await chatAt(url)).toMatchObject({ status: 200 })
})

test('auth verify adds its file to what NODE_EXTRA_CA_CERTS names', async () => {
  const baseUrl = await givenService()
  const proxy = await httpProxy({ tls: true, names: { localhost: Number(new URL(baseUrl).port) } })
  const egressProxy = `https://localhost:${proxy.port}`
  const home = await givenHome([{ name: 'work' }, { name: 'far', egressProxy }], baseUrl)
  const other = fileURLToPath(new URL('../lib/proxy/upstream/localhost-certificate.pem', import.meta.url))
  const env = { NODE_EXTRA_CA_CERTS: authority, QWENCTL_CA: other }
  const { verifications } = parseDocument(await runBinary(home, ['auth', 'verify', '--json'], { env }))
  expect(verifications.map(({ result }) => result)).toEqual(['accepted', 'accepted'])
  expect(proxy.requests).toHaveLength(1)
})

test('without any, the service is unreachable, and the reason is said', async () => {
  const home = await givenHome([{ name: 'work' }], await givenService())
  const { verifications } = parseDocument(await runBinary(home, ['auth', 'verify', '--json']))
  expect(verifications[0]).toMatchObject({
    result: 'unreachable',
    message: expect.stringContaining('no trusted TLS connection') as string,
  })
})

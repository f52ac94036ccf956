import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** An OpenAI-compatible service that knows one key, and nothing but `GET /v1/models`. Resolves to its base URL. */
export async function startKeyChecker(goodKey: string): Promise<string> {
  const server = createServer((request, response) => {
    const isGood = request.headers.authorization === `Bearer ${goodKey}`
    const status = request.url === '/v1/models' ? (isGood ? 200 : 401) : 404
    const refusal = {
      error: {
        message: 'Incorrect API key provided',
        type: 'invalid_request_error',
        code: 'invalid_api_key',
      },
    }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(status === 200 ? { object: 'list', data: [] } : refusal))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

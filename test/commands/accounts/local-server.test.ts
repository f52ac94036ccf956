import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

/** A model server without keys: it lists its models below `/v1` and answers 404 elsewhere. Resolves to its origin. */
async function givenModelServer({ lists = true } = {}): Promise<{ origin: string; keys: unknown[] }> {
  const keys: unknown[] = []
  const server = createServer((request, response) => {
    keys.push(request.headers.authorization)
    const isList = lists && request.url === '/v1/models'
    response.writeHead(isList ? 200 : 404, { 'content-type': isList ? 'application/json' : 'text/plain' })
    response.end(isList ? '{"object":"list","data":[{"id":"llama3.2:3b"}]}' : '404 page not found')
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  onTestFinished(() => void server.close())
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys }
}

interface Added {
  account: { baseUrl: string; status: string; auth: { type: string } }
  error: { code: string; message: string }
}
const added = (home: string, origin: string, ...more: string[]) =>
  runCommand(home, ['auth', 'add', 'ollama', '-p', 'custom', '--base-url', origin, ...more])

test('a local server needs no key, and a base URL without /v1 is corrected and said', async () => {
  const { origin, keys } = await givenModelServer()
  const home = temporaryFolder()
  const { stdout, exit } = await added(home, origin, '--json')
  expect(exit).toBe(0)
  expect((JSON.parse(stdout) as Added).account).toMatchObject({
    baseUrl: `${origin}/v1`,
    status: 'ready',
    auth: { type: 'none' },
  })
  expect(new Set(keys)).toEqual(new Set([undefined]))
  const again = await added(temporaryFolder(), origin)
  expect(again.stderr).toContain(`Nothing answers at ${origin}; using ${origin}/v1, which does.`)
})

test('an address at which no model server answers is refused, and nothing is stored', async () => {
  const { origin } = await givenModelServer({ lists: false })
  const home = temporaryFolder()
  const { stdout } = await added(home, origin, '--json')
  const { error } = JSON.parse(stdout) as Added
  expect(error).toMatchObject({ code: 'upstream_unavailable' })
  expect(error.message).toContain(`no model server answers at ${origin} or ${origin}/v1`)
  expect((await runCommand(home, ['accounts', 'list', '--json'])).stdout).toContain('"accounts": []')
  expect((await added(home, origin, '--no-verify')).exit).toBe(0)
})

test('elsewhere --no-key says that a server takes requests without one', async () => {
  const home = temporaryFolder()
  const far = 'http://models.example.com/v1'
  expect((await added(home, far, '--no-verify', '--json')).stdout).toContain('--no-key')
  expect((await added(home, far, '--no-verify', '--no-key')).exit).toBe(0)
})

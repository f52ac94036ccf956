import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../../support/cli.ts'
import { givenHome, shareProxy } from './proxy-process.ts'

const sandbox = [{ name: 'play', provider: 'sandbox' }]
const shared = shareProxy(sandbox)

async function askApi(url: string, path: string, token: string, init: RequestInit = {}) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const response = await fetch(`${url}${path}`, { ...init, headers })
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

test('the admin token that config get prints opens the API of a running proxy, and its verbs are in force', async () => {
  const { home, proxy } = shared
  expect(readFileSync(join(home, 'admin-token'), 'utf8')).toMatch(/^qa_[\w-]{43}\n$/)
  const token = (await runCommand(home, ['config', 'get', 'adminToken'])).stdout.trim()
  expect(token).toBe(readFileSync(join(home, 'admin-token'), 'utf8').trim())
  expect((await askApi(proxy.url, '/api/proxy', token)).json).toMatchObject({
    url: proxy.url,
    pid: proxy.pid,
  })
  const { accounts } = (await askApi(proxy.url, '/api/accounts', token)).json as {
    accounts: { id: string }[]
  }
  const disabled = await askApi(proxy.url, `/api/accounts/${accounts[0]?.id}/disable`, token, {
    method: 'POST',
  })
  expect(disabled.status).toBe(200)
  const shown = await runCommand(home, ['accounts', 'show', 'play', '--json'])
  expect(JSON.parse(shown.stdout)).toMatchObject({ account: { enabled: false } })
})

test('no other command prints the admin token', async () => {
  const { home, proxy } = shared
  const token = readFileSync(join(home, 'admin-token'), 'utf8').trim()
  for (const argv of [
    ['config', 'list'],
    ['config', 'list', '--json'],
    ['doctor', '--json'],
    ['proxy', 'status', '--json'],
  ]) {
    const { exit, stdout, stderr } = await runCommand(home, argv)
    expect(exit, argv.join(' ')).toBe(0)
    expect(stdout + stderr, argv.join(' ')).not.toContain(token.slice(3))
  }
  expect(proxy.stdout + proxy.stderr).not.toContain(token.slice(3))
})

test('proxy open --print prints an address with a ticket that begins a session', async () => {
  const { home, proxy } = shared
  const { stdout, exit } = await runCommand(home, ['proxy', 'open', '--print', '--json'])
  expect(exit).toBe(0)
  const { url, ticketUrl } = JSON.parse(stdout) as { url: string; ticketUrl: string }
  expect(url).toBe(proxy.url)
  const [address, ticket = ''] = ticketUrl.split('#ticket=')
  expect(address).toBe(`${url}/`)
  const begun = await askApi(url, '/api/session', '', { method: 'POST', body: JSON.stringify({ ticket }) })
  expect(begun.status).toBe(201)
  expect((await askApi(url, '/api', String(begun.json.token))).status).toBe(200)
})

test('the page comes with everything that it names, from the proxy alone', async () => {
  const { url } = shared.proxy
  const page = await fetch(`${url}/`)
  const html = await page.text()
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, address = '']) => new URL(address, `${url}/`),
  )
  expect(named.length).toBeGreaterThan(2)
  for (const address of named) {
    expect(address.origin).toBe(url)
    const file = await fetch(address)
    await file.arrayBuffer()
    expect([address.pathname, file.status]).toEqual([address.pathname, 200])
    expect(file.headers.get('cache-control')).toContain('immutable')
  }
})

test('without a running proxy, proxy open says how to start one', async () => {
  const home = await givenHome(sandbox)
  const { stdout, exit } = await runCommand(home, ['proxy', 'open', '--json'])
  expect(exit).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'proxy_not_running' } })
})

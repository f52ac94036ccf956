import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { givenApi } from '../../../support/servers/management-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

async function given() {
  const pageFolder = temporaryFolder()
  mkdirSync(join(pageFolder, 'assets'))
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(pageFolder, 'assets', 'main-ABCD1234.js'), 'console.log(1)')
  writeFileSync(join(pageFolder, 'assets', 'licenses.txt'), 'MIT')
  const api = await givenApi({ management: { pageFolder } })
  return { api, pageFolder, get: (path: string, headers = {}) => api.proxy.get(path, headers) }
}

describe('the page', () => {
  test('needs no token, allows nothing inline and nothing from elsewhere, and is asked for again', async () => {
    const { get } = await given()
    const reply = await get('/')
    expect(reply.status).toBe(200)
    expect(reply.text).toContain('<title>page</title>')
    expect(reply.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(reply.headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    const again = await get('/', { 'if-none-match': String(reply.headers.etag) })
    expect([again.status, again.text]).toEqual([304, ''])
  })

  test('has files that are kept forever where their name has a hash', async () => {
    const { get } = await given()
    const script = await get('/assets/main-ABCD1234.js')
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect((await get('/assets/licenses.txt')).headers['cache-control']).toBe('no-cache')
  })

  test.each([
    '/assets/none.js',
    '/assets/../index.html',
    '/assets/%2e%2e/secret',
    '/assets/.hidden',
    '/assets/',
    '/assets/a/b',
    '/favicon.ico',
  ])('%s is not there', async (path) => {
    const { get, pageFolder } = await given()
    writeFileSync(join(pageFolder, 'assets', '.hidden'), 'x')
    symlinkSync(join(pageFolder, 'index.html'), join(pageFolder, 'secret'))
    const reply = await get(path)
    expect([reply.status, reply.json.error.code]).toEqual([404, 'not_found'])
  })

  test('takes GET and HEAD alone', async () => {
    const { api } = await given()
    const reply = await api.proxy.post('/', {})
    expect([reply.status, reply.headers.allow]).toEqual([405, 'GET, HEAD'])
    const head = await api.proxy.ask('HEAD', '/')
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '34'])
  })

  test('is not there where it was not built, and the API is', async () => {
    const api = await givenApi({ management: { pageFolder: temporaryFolder() } })
    expect((await api.proxy.get('/')).status).toBe(404)
    expect((await api.get('/api')).status).toBe(200)
  })
})

import { expect, test } from 'vitest'
import { filesBelow, givenToolkit } from './temporary-home.ts'
import { givenUpstream } from './upstream.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const PLANTED = 'sk-planted-7d1f0a9c4e5b48d2a6f3c0e1b2d4a697'
const PROXY_WORD = 'planted-proxy-word-31337'

test('when a key was added, listed, refused and replaced, it stands nowhere but sealed', async () => {
  // The worst provider: it repeats the key in every field, as it is and inside other words.
  const upstream = await givenUpstream((request, response) => {
    const echo = `bad ${request.headers.authorization} <${PLANTED}>`
    response.writeHead(401, { 'x-echo': PLANTED, 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: echo, type: echo, code: 'invalid_api_key' } }))
  })
  const home = temporaryFolder()
  const toolkit = await givenToolkit({ home })
  const { accounts, quotas } = toolkit
  const wanted = { provider: 'custom', name: 'work', secret: PLANTED, baseUrl: upstream.baseUrl }
  const egressProxy = `http://me:${PROXY_WORD}@127.0.0.1:9`
  const returned: unknown[] = [
    await accounts.checkCredential(wanted),
    await accounts.add(wanted),
    await accounts.verify('work'),
    await accounts.list(),
    await accounts.show('work'),
    await accounts.set('work', { secret: PLANTED, egressProxy }),
    await quotas.show([]),
    await quotas.reset([]),
    await accounts.add({ ...wanted, name: 'again' }),
    await accounts.add(wanted).catch((error: unknown) => ({ ...(error as Error), text: String(error) })),
    await accounts.remove('again', { purge: false }),
    toolkit.warnings(),
  ]
  await toolkit.close()

  const written = await filesBelow(home)
  expect(upstream.requests).toHaveLength(2)
  expect(written.length).toBeGreaterThan(2)
  const pieces = [
    PLANTED,
    PLANTED.slice(3),
    PLANTED.slice(0, 20),
    Buffer.from(PLANTED).toString('base64'),
    PROXY_WORD,
  ]
  for (const piece of pieces) {
    expect(JSON.stringify(returned)).not.toContain(piece)
    for (const { path, text } of written) expect(text, path).not.toContain(piece)
  }
})

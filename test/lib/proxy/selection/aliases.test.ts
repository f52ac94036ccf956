import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, until } from '../../../support/servers/proxy-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const broke = json(429, { error: { code: 'insufficient_quota', message: 'no money' } })
const readModels = (requests: { body: Buffer }[]) =>
  requests.map(({ body }) => (JSON.parse(body.toString()) as { model: string }).model)

async function given(config: string) {
  const home = temporaryFolder()
  writeFileSync(join(home, 'config.yaml'), config)
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    home,
    accounts: [{ name: 'q', provider: 'qwen' }, { name: 'c' }],
    baseUrl: upstream.baseUrl,
    troubles: /aliases/,
  })
  return { home, upstream, proxy }
}

test('an alias goes down its chain over providers, each with its own name of the model', async () => {
  const { upstream, proxy } = await given('aliases:\n  coder: [qwen/big, custom/other/big]\n')
  upstream.nextFor(makeKey('q'), broke)
  upstream.nextFor(makeKey('c'), chat())
  const reply = await proxy.chat({ model: 'coder' })
  expect(reply.headers).toMatchObject({ 'x-qwenctl-account': 'c', 'x-qwenctl-attempts': '2' })
  expect(readModels(upstream.requests)).toEqual(['big', 'other/big'])
})

test('when the whole chain is out, the answer is a 429 that names the first to return', async () => {
  const { upstream, proxy } = await given('aliases:\n  coder: [qwen/big, custom/big]\n')
  const later = json(429, { error: { message: 'slow down' } }, { 'retry-after': '30' })
  upstream.nextFor(makeKey('q'), json(429, { error: { message: 'slow down' } }, { 'retry-after': '20' }))
  upstream.nextFor(makeKey('c'), later)
  const reply = await proxy.chat({ model: 'coder' })
  expect(reply.status).toBe(429)
  expect(reply.json.error.message).toContain('qwen/q returns first')
})

test('aliases are listed with the models', async () => {
  const { upstream, proxy } = await given('aliases:\n  coder: custom/big\n')
  upstream.always(json(200, { data: [{ id: 'big' }] }))
  const { json: list } = await proxy.get('/v1/models')
  expect(list.data.map(({ id, owned_by }) => `${owned_by}:${id}`)).toContain('alias:coder')
})

test('a running proxy takes up changed aliases, and keeps the old ones when they are not well formed', async () => {
  const { home, upstream, proxy } = await given('aliases:\n  coder: custom/one\n')
  upstream.always(chat())
  const ask = async () => {
    await proxy.chat({ model: 'coder' })
    return readModels([upstream.last])[0]
  }
  expect(await ask()).toBe('one')
  writeFileSync(join(home, 'config.yaml'), 'aliases:\n  coder: custom/two\n')
  await until(async () => (await ask()) === 'two')
  writeFileSync(join(home, 'config.yaml'), 'aliases:\n  coder: coder\n')
  await until(() => proxy.troubles.some((trouble) => trouble.includes('circle')))
  expect(await ask()).toBe('two')
})

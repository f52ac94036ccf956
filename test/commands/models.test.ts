import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openToolkit } from '../../src/lib/toolkit/open-toolkit.ts'
import type { ModelView } from '../../src/lib/toolkit/models/models-view.ts'
import { runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'

interface Shown {
  models: ModelView[]
  order: { name: string; place: number | null; reason: { code: string } | null }[] | null
}

/** `named` has a list of its own, `fetched` that of its service, and `plain` answered for one model. */
async function givenHome(): Promise<string> {
  const home = temporaryFolder()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  const add = (name: string, port: number, more: object = {}) =>
    toolkit.accounts.add({
      provider: 'custom',
      name,
      secret: 'sk-0123456789abcdef',
      baseUrl: `http://127.0.0.1:${port}/v1`,
      ...more,
    })
  const findRecord = async (wanted: string) =>
    (await toolkit.accounts.records()).find(({ name }) => name === wanted)!
  await add('named', 9, { models: ['m1', 'only-here'], groups: ['night'] })
  await add('fetched', 10)
  await add('plain', 11)
  await add('off', 12, { models: ['m1'] })
  await toolkit.accounts.setEnabled('off', false)
  toolkit.models.keepList(await findRecord('fetched'), [{ id: 'm1', created: null }])
  toolkit.models.noteAnswer(await findRecord('plain'), 'm9')
  await toolkit.close()
  return home
}

async function shown(home: string, ...argv: string[]): Promise<Shown> {
  const result = await runCommand(home, ['models', ...argv, '--json'])
  expect(result.exit, result.stdout).toBe(0)
  return JSON.parse(result.stdout) as Shown
}

const holders = ({ models }: Shown) =>
  models.map(({ model, accounts }) => [
    model,
    ...accounts.map(({ name, source }) => `${name} ${source}`).sort(),
  ])

test('shows each model, the accounts that have it, and how that is known', async () => {
  const home = await givenHome()
  const document = await shown(home)
  expect(document.order).toBeNull()
  expect(holders(document)).toEqual([
    ['m1', 'fetched fetched', 'named configured', 'off configured'],
    ['m9', 'plain answered'],
    ['only-here', 'named configured'],
  ])
  const [first] = document.models
  expect(first?.accounts.find(({ name }) => name === 'off')?.enabled).toBe(false)
  expect(first?.accounts.find(({ name }) => name === 'named')?.at).toBeNull()
  expect(first?.accounts.find(({ name }) => name === 'fetched')?.at).toMatch(/^\d{4}-.*Z$/)
})

test('knows the models of a service from the check of its key, and names the accounts without a list', async () => {
  const service = createServer((request, response) => {
    const page = { data: [{ id: 'first' }], has_more: true }
    response.end(
      JSON.stringify(request.url?.startsWith('/page/') ? page : { data: [{ id: 'big' }, { id: 'small' }] }),
    )
  })
  const home = temporaryFolder()
  await new Promise<void>((ready) => service.listen(0, '127.0.0.1', ready))
  onTestFinished(() => {
    service.closeAllConnections()
    service.close()
  })
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const add = (name: string, path: string, ...more: string[]) =>
    runCommand(home, ['auth', 'add', name, '--base-url', url + path, ...more], {
      MY_KEY: 'sk-0123456789abcdef',
    })
  await add('custom/work', '/v1', '--key-env', 'MY_KEY')
  await add('custom/open', '/open/v1', '--no-key')
  expect(holders(await shown(home))).toEqual([
    ['big', 'open fetched', 'work fetched'],
    ['small', 'open fetched', 'work fetched'],
  ])
  expect((await runCommand(home, ['models'])).stderr).toBe('')
  // A page of a longer list is no list.
  await add('anthropic/paged', '/page', '--key-env', 'MY_KEY')
  expect(JSON.stringify((await shown(home)).models)).not.toContain('first')
  expect((await runCommand(home, ['models'])).stderr).toContain(
    'The services of anthropic/paged have sent no list of models yet. Fetch the lists: qwenctl auth verify',
  )
})

test('of a filter, shows the models of its accounts alone', async () => {
  const home = await givenHome()
  expect(holders(await shown(home, '-g', 'night')).map(([model]) => model)).toEqual(['m1', 'only-here'])
  expect((await shown(home, '-p', 'openai')).models).toEqual([])
})

test('with a model, says which account serves it and why the others do not', async () => {
  const home = await givenHome()
  const { models, order } = await shown(home, 'm1')
  expect(models.map(({ model }) => model)).toEqual(['m1'])
  const places = Object.fromEntries((order ?? []).map(({ name, place }) => [name, place]))
  expect([places.named, places.fetched].sort()).toEqual([1, 2])
  expect(order?.find(({ name }) => name === 'off')).toMatchObject({
    place: null,
    reason: { code: 'disabled' },
  })
})

test('with a name that means the whole of a model, shows where the proxy sends it', async () => {
  const home = await givenHome()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  const more = { secret: 'sk-0123456789abcdef', baseUrl: 'http://127.0.0.1:13/v1' }
  await toolkit.accounts.add({ provider: 'qwen', name: 'q', models: ['m2'], ...more })
  await toolkit.accounts.add({ provider: 'custom', name: 'whole', models: ['qwen/m1'], ...more })
  await toolkit.close()
  const { models, order } = await shown(home, 'qwen/m1')
  expect(models.map(({ model }) => model)).toEqual(['qwen/m1'])
  expect(order?.filter(({ place }) => place !== null).map(({ name }) => name)).toEqual(['whole'])
})

test('prints a table, bare names with -q, and what to do where nothing is known', async () => {
  const home = await givenHome()
  const table = await runCommand(home, ['models'])
  expect(table.stdout).toContain('custom/off (disabled)')
  expect((await runCommand(home, ['models', '-q'])).stdout).toBe('m1\nm9\nonly-here\n')
  const empty = await runCommand(temporaryFolder(), ['models'])
  expect([empty.exit, empty.stdout + empty.stderr]).toEqual([
    0,
    expect.stringContaining('qwenctl proxy start'),
  ])
})

test('shows the label and the user of an account wherever its name is', async () => {
  const home = await givenHome()
  await runCommand(home, ['accounts', 'set', 'named', '--label', 'Pro Account 1'])
  const own = (await shown(home)).models.flatMap(({ accounts }) => accounts)
  expect(own.find(({ name }) => name === 'named')?.label).toBe('Pro Account 1')
  expect(own.find(({ name }) => name === 'plain')?.label).toBeNull()
  for (const argv of [['models'], ['models', 'm1'], ['quota', 'explain', '-m', 'm1']])
    expect((await runCommand(home, argv)).stdout).toContain('custom/named (Pro Account 1)')
})

test('the list takes the flags of every list', async () => {
  const home = await givenHome()
  const print = async (...argv: string[]) =>
    (await runCommand(home, ['models', ...argv])).stdout.trimEnd().split('\n')
  expect(await print('-q', '--sort=-model')).toEqual(['only-here', 'm9', 'm1'])
  expect(await print('--columns', 'model', '--no-header', '--top', '1')).toEqual(['m1'])
  expect(await print('-q', '--status', 'disabled')).toEqual(['m1'])
  expect(holders(await shown(home, '--status', 'disabled'))).toEqual([['m1', 'off configured']])
  const wrong = await runCommand(home, ['models', '--sort', 'colour', '--json'])
  expect([wrong.exit, JSON.parse(wrong.stdout)]).toMatchObject([2, { error: { code: 'invalid_value' } }])
})

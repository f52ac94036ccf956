import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

async function run(home: string, ...argv: string[]): Promise<[number, unknown]> {
  const { exit, stdout } = await runCommand(home, [...argv, '--json'])
  return [exit, JSON.parse(stdout)]
}

const failure = (code: string, message: RegExp) => ({
  error: { code, message: expect.stringMatching(message) as string },
})

test('when caps are set one by one, config.yaml has them as a person would write them, and they are listed', async () => {
  const home = temporaryFolder()
  writeFileSync(join(home, 'config.yaml'), '# mine\ncaps:\n  concurrency: 4 # few\n')
  for (const [key, value] of [
    ['caps.concurrency', '8'],
    ['caps.accounts.qwen/work.concurrency', '1'],
    ['caps.rate', '60/minute,2000/day'],
  ] as const) {
    expect((await run(home, 'config', 'set', key, value))[0]).toBe(0)
  }
  expect(readFileSync(join(home, 'config.yaml'), 'utf8')).toBe(
    [
      '# mine',
      'caps:',
      '  concurrency: 8 # few',
      '  accounts:',
      '    qwen/work:',
      '      concurrency: 1',
      '  rate:',
      '    - 60/minute',
      '    - 2000/day',
      '',
    ].join('\n'),
  )
  expect(await run(home, 'config', 'get', 'caps.accounts.qwen/work.concurrency')).toMatchObject([
    0,
    { value: 1 },
  ])
  expect(await run(home, 'config', 'get', 'caps.perAccountConcurrency')).toMatchObject([0, { value: null }])
  const [, { settings }] = (await run(home, 'config', 'list')) as [number, { settings: { key: string }[] }]
  expect(settings.filter(({ key }) => key.startsWith('caps.')).map(({ key }) => key)).toEqual([
    'caps.concurrency',
    'caps.rate',
    'caps.accounts.qwen/work.concurrency',
  ])
})

test('when a cap is set to nothing, it is taken away', async () => {
  const home = temporaryFolder()
  await run(home, 'config', 'set', 'caps.concurrency', '8')
  await run(home, 'config', 'set', 'caps.concurrency', '')
  expect(await run(home, 'config', 'get', 'caps.concurrency')).toMatchObject([0, { value: null }])
})

test.each([
  ['caps.concurrency', 'many', /caps\.concurrency is "many"/],
  ['caps.concurrency', '0', /caps\.concurrency is "0"/],
  ['caps.rate', 'fast', /caps\.rate .*fast/],
  ['caps.speed', '3', /no setting "caps\.speed"/],
  ['proxy.reserve', '100%', /proxy\.reserve is "100%", which is not a whole percentage/],
  ['proxy.wait', 'long', /proxy\.wait is "long", which is not a time/],
  ['proxy.wait', '2h', /proxy\.wait is "2h"/],
])('config set %s %s is refused, naming what is wrong', async (key, value, message) => {
  expect(await run(temporaryFolder(), 'config', 'set', key, value)).toMatchObject([
    2,
    failure('invalid_value', message),
  ])
})

test('proxy start refuses a share or a time that is none before it starts', async () => {
  const home = temporaryFolder()
  const share = await run(home, 'proxy', 'start', '--port', '0', '--reserve', 'half')
  expect(share).toMatchObject([2, failure('invalid_value', /--reserve is "half"/)])
  const time = await run(home, 'proxy', 'start', '--port', '0', '--wait', 'long')
  expect(time).toMatchObject([2, failure('invalid_value', /--wait is "long"/)])
})

test('quota reset --cooldowns ends cooldowns alone, also of the provider, and counters stay', async () => {
  const home = temporaryFolder()
  const { openToolkit } = await import('../../../src/lib/toolkit/open-toolkit.ts')
  const { providerSubject } = await import('../../../src/lib/account/account.ts')
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  const { id } = await toolkit.accounts.add({ provider: 'sandbox', name: 'a', limits: ['5/day'] })
  const ledger = await toolkit.ledger()
  await ledger.reserve({ account: id })
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const provider = providerSubject(await toolkit.accounts.find('a'))
  for (const subject of [id, provider])
    await ledger.record([{ type: 'cool', subject, model: 'm1', reason: 'overloaded', until }])
  await toolkit.close()
  const shown = await runCommand(home, ['quota', 'show'])
  expect(shown.stderr).toMatch(/sandbox\/a: m1 is in cooldown for .* \(the provider is overloaded\)/)
  expect(shown.stderr).toMatch(/sandbox\/a: m1 at its provider is in cooldown/)
  const [exit, document] = await run(home, 'quota', 'reset', 'a', '--cooldowns', '--yes')
  expect(exit).toBe(0)
  expect(document).toMatchObject({ accounts: [{ cooldowns: [], limits: [{ used: 1 }] }] })
})

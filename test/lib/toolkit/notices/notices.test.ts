import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Notices } from '../../../../src/lib/toolkit/notices/notices.ts'
import type { Notice } from '../../../../src/lib/toolkit/notices/notice-views.ts'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { acme, givenToolkit } from '../temporary-home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

interface Hook {
  url: string
  got: Notice[]
  /** Statuses of the next answers; then 204. */
  answers: number[]
}

async function givenHook(): Promise<Hook> {
  const hook: Hook = { url: '', got: [], answers: [] }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      hook.got.push(JSON.parse(body) as Notice)
      response.writeHead(hook.answers.shift() ?? 204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  hook.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`
  return hook
}

interface Given {
  toolkit: Toolkit
  id: string
  troubles: string[]
  use: (requests: number) => Promise<void>
  watch: (toolkit?: Toolkit) => () => void
}

async function given(settings: Record<string, string>, home?: string): Promise<Given> {
  const options = { home: home ?? temporaryFolder(), providers: [acme()], clock: Date.now }
  const toolkit = await givenToolkit(options)
  for (const [key, value] of Object.entries(settings)) await toolkit.settings.set(key, value)
  const secret = `sk-${'a'.repeat(20)}`
  const { id } = await toolkit.accounts.add({
    provider: 'acme',
    name: 'work',
    secret,
    limits: ['10/day@rolling'],
  })
  const ledger = await toolkit.ledger()
  const troubles: string[] = []
  return {
    toolkit,
    id,
    troubles,
    use: async (requests) => {
      for (let index = 0; index < requests; index += 1) {
        ledger.settle((await ledger.reserve({ account: id }))!, { outcome: 'ok' })
      }
    },
    watch: (of = toolkit) => {
      const stop = of.notices.watch((message) => troubles.push(message))
      onTestFinished(stop)
      return stop
    },
  }
}

const soon = { timeout: 15_000, interval: 20 }

describe('a notice', () => {
  test('when a limit passes a threshold, is posted once, with the limit and no secret', async () => {
    const hook = await givenHook()
    const { use, watch, toolkit } = await given({ 'notify.at': '80%,95', 'notify.webhook': hook.url })
    await use(7)
    watch()
    await use(1)
    await vi.waitFor(() => expect(hook.got).toHaveLength(1), soon)
    expect(hook.got[0]).toMatchObject({
      type: 'quota.threshold',
      test: false,
      threshold: 80,
      account: { provider: 'acme', name: 'work', user: 'local' },
      limit: { metric: 'requests', window: 'day@rolling', max: 10, used: 8, remaining: 2 },
    })
    expect(JSON.stringify(hook.got)).not.toContain('sk-')
    await use(2)
    await vi.waitFor(() => expect(hook.got).toHaveLength(2), soon)
    expect(hook.got[1]?.threshold).toBe(95)
    await vi.waitFor(async () => {
      const { told } = await toolkit.notices.show()
      expect(told.map(({ percent, result }) => [percent, result]).sort()).toEqual([
        [80, 'told'],
        [95, 'told'],
      ])
    }, soon)
  })

  test('when two processes watch, and one starts again, is posted once; of two thresholds at once the higher', async () => {
    const hook = await givenHook()
    const home = temporaryFolder()
    const settings = { 'notify.at': '50%,80%', 'notify.webhook': hook.url }
    const { use, watch, toolkit } = await given(settings, home)
    const others = [await givenToolkit({ home, providers: [acme()], clock: Date.now })]
    others.push(await givenToolkit({ home, providers: [acme()], clock: Date.now }))
    await use(9)
    const stop = watch()
    watch(others[0])
    await vi.waitFor(async () => {
      expect((await toolkit.notices.show()).told.map(({ result }) => result).sort()).toEqual([
        'told',
        'told with 80%',
      ])
    }, soon)
    stop()
    watch(others[1])
    await use(1) // news, after which every proxy looks again
    const after = await givenHook()
    await toolkit.settings.set('notify.webhook', after.url)
    await toolkit.settings.set('notify.at', '50%,80%,100%')
    await vi.waitFor(() => expect(after.got.length + hook.got.length).toBeGreaterThan(1), soon)
    expect([...hook.got, ...after.got].map(({ threshold }) => threshold)).toEqual([80, 100])
  })

  test('when the webhook fails, it is tried again so many times, and then it is a trouble', async () => {
    const hook = await givenHook()
    hook.answers = [500, 503, 500]
    const { toolkit, id, use } = await given({ 'notify.at': '80', 'notify.webhook': hook.url })
    await use(8)
    const troubles: string[] = []
    const notices = new Notices({
      home: toolkit.home,
      env: {},
      userAgent: 'test',
      retryMs: [1, 1],
      settings: async () => ({ at: [80], webhook: hook.url, command: null }),
      watchSettings: () => () => undefined,
      accounts: () => toolkit.accounts.records(),
      ledger: () => toolkit.ledger(),
      egress: () => toolkit.egress(),
    })
    onTestFinished(notices.watch((message) => troubles.push(message)))
    await vi.waitFor(() => expect(troubles).toHaveLength(1), soon)
    expect(hook.got).toHaveLength(3)
    expect(troubles[0]).toMatch(
      /acme\/work has used 80% of 10 requests\/day@rolling: 127\.0\.0\.1:\d+ answered 500$/,
    )
    expect(troubles[0]).not.toContain('secret-path')
    expect((await notices.show()).told).toMatchObject([
      { account: id, result: expect.stringContaining('answered 500') },
    ])
  })

  test('a command is run without a shell, with the notice on its standard input and in variables', async () => {
    const folder = temporaryFolder()
    const script = join(folder, 'told.mjs')
    const out = join(folder, 'out.json')
    writeFileSync(
      script,
      `import { readFileSync, writeFileSync } from 'node:fs'
       const { QWENCTL_NOTICE_LIMIT: limit, QWENCTL_NOTICE_ACCOUNT: account, QWENCTL_PASSPHRASE: secret } = process.env
       const notice = JSON.parse(readFileSync(0, 'utf8'))
       writeFileSync(${JSON.stringify(out)}, JSON.stringify({ limit, account, secret, notice, words: process.argv.slice(2) }))`,
    )
    const command = `'${process.execPath}' '${script}' "two words" $HOME`
    const { use, watch } = await given({ 'notify.at': '80%', 'notify.command': command })
    await use(8)
    watch()
    await vi.waitFor(() => expect(readFileSync(out, 'utf8')).toContain('}}'), soon)
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual({
      limit: '10/day@rolling',
      account: 'local:acme/work',
      words: ['two words', '$HOME'],
      notice: expect.objectContaining({ threshold: 80 }),
    })
  })

  test('a trial notifies every receiver and says how it went; without a receiver it is refused', async () => {
    const hook = await givenHook()
    const { toolkit } = await given({})
    await expect(toolkit.notices.test()).rejects.toMatchObject({ code: 'invalid_value' })
    await toolkit.settings.set('notify.webhook', hook.url)
    await toolkit.settings.set('notify.command', '/no/such/program')
    expect(await toolkit.notices.test()).toEqual([
      expect.objectContaining({ way: 'webhook', ok: true, message: expect.stringContaining('answered 204') }),
      {
        way: 'command',
        to: '/no/such/program',
        ok: false,
        message: '/no/such/program cannot be run (ENOENT)',
      },
    ])
    expect(hook.got).toMatchObject([{ test: true }])
  })
})

describe('the settings of notices', () => {
  test.each([
    ['notify.at', '80', ['80%']],
    ['notify.at', '95%, 80%,80', ['80%', '95%']],
    ['notify.at', '', []],
    ['notify.webhook', 'https://hooks.example.com/x', 'https://hooks.example.com/x'],
    ['notify.webhook', '', ''],
    ['notify.command', 'sh -c "echo hi"', 'sh -c "echo hi"'],
  ])('%s takes %j', async (key, value, kept) => {
    const { settings } = await givenToolkit()
    await settings.set(key, value)
    expect(await settings.get(key)).toEqual(kept)
  })

  test.each([
    ['notify.at', '0'],
    ['notify.at', '101%'],
    ['notify.at', '80%,much'],
    ['notify.webhook', 'ftp://example.com'],
    ['notify.webhook', 'http://169.254.169.254/latest'],
    ['notify.webhook', 'somewhere'],
    ['notify.command', 'echo "hi'],
  ])('%s refuses %j', async (key, value) => {
    const { settings } = await givenToolkit()
    await expect(settings.set(key, value)).rejects.toMatchObject({ code: 'invalid_value' })
  })

  test('config list shows of a webhook no more than its host', async () => {
    const { settings } = await givenToolkit()
    await settings.set('notify.webhook', 'https://hooks.example.com/services/T0/secret')
    const shown = (await settings.list()).find(({ key }) => key === 'notify.webhook')
    expect(shown?.value).toBe('https://hooks.example.com/…')
  })
})

import { expect, test } from 'vitest'
import { binary, cleanEnv } from '../../support/cli.ts'
import { ControlledStream, DONE, STOP, delta, givenUpstream } from '../../support/servers/fake-upstream.ts'
import { ledgerLines, until } from '../../support/servers/proxy-harness.ts'
import { openTerminal } from '../../support/terminal.ts'
import { chatAt, givenHome, openChat, startedProxy, readStatus } from './proxy-process.ts'

async function givenStream(argv: string[] = []) {
  const upstream = await givenUpstream()
  const stream = new ControlledStream()
  upstream.next(stream.answer)
  const home = await givenHome([{ name: 'a', limits: ['10/day'] }], upstream.baseUrl)
  const proxy = await startedProxy(home, argv)
  const opening = openChat(proxy.url, { stream: true })
  await stream.opened
  stream.send(delta('first'))
  const reply = await opening
  let text = ''
  reply.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const whole = new Promise<{ text: string; isCut: boolean }>((resolve) => {
    reply.on('error', () => undefined)
    reply.on('close', () => resolve({ text, isCut: !reply.complete }))
  })
  await until(() => text.includes('first'))
  return { home, proxy, stream, whole }
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'on %s a stream under way ends whole, new connections are refused, and the exit code is 0',
  async (signal) => {
    const { home, proxy, stream, whole } = await givenStream()
    proxy.signal(signal)
    await proxy.says('Ending after 1 request under way')
    await expect(chatAt(proxy.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(proxy.hasEnded).toBe(false)
    stream.send(delta('last'))
    stream.end(STOP + DONE)
    const { text, isCut } = await whole
    expect(isCut).toBe(false)
    expect(text).toContain('last')
    expect(text).toContain('[DONE]')
    expect(await proxy.exit).toEqual({ code: 0, signal: null })
    expect(proxy.stderr).toContain('Stopped.')
    expect(ledgerLines(home).filter(({ type }) => type === 'settle')).toMatchObject([{ outcome: 'ok' }])
    expect(await readStatus(home)).toEqual({ running: false, proxies: [] })
  },
)

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('on a second %s it ends at once, with %i', async (signal, code) => {
  const { home, proxy, stream, whole } = await givenStream()
  proxy.signal(signal)
  await proxy.says('Ending after')
  proxy.signal(signal)
  expect(await proxy.exit).toEqual({ code, signal: null })
  expect(await whole).toMatchObject({ isCut: true })
  await stream.left
  expect(await readStatus(home)).toEqual({ running: false, proxies: [] })
})

test('when an idle client keeps its connection open, the end does not wait for it', async () => {
  const home = await givenHome([{ name: 'play', provider: 'sandbox' }])
  const proxy = await startedProxy(home)
  const { Agent, get } = await import('node:http')
  const agent = new Agent({ keepAlive: true })
  await new Promise<void>((resolve) =>
    get(`${proxy.url}/health`, { agent }, (response) => response.resume().on('end', resolve)),
  )
  proxy.signal('SIGINT')
  expect(await proxy.exit).toEqual({ code: 0, signal: null })
  agent.destroy()
})

test('on a terminal, Ctrl-C ends it with calm words, no stack, and the cursor as it was', async () => {
  const home = await givenHome([{ name: 'play', provider: 'sandbox' }])
  const env = cleanEnv(home, { TERM: 'xterm-256color', LANG: 'C.UTF-8' })
  const terminal = openTerminal(process.execPath, [binary, 'proxy', 'start', '--port', '0'], {
    env,
    cwd: home,
  })
  await terminal.waitFor('ANTHROPIC_API_KEY=any')
  terminal.type('\u0003')
  expect(await terminal.exit).toBe(0)
  expect(terminal.shown()).toMatch(/\r?Stopped\.\r\n$/)
  expect(terminal.shown()).not.toMatch(/ {4}at |Error|error:/)
  const [hidden, restored] = ['\u001b[?25l', '\u001b[?25h'].map((code) => terminal.raw().lastIndexOf(code))
  expect(hidden === -1 || restored! > hidden!).toBe(true)
})

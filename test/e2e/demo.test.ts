import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { DemoDocument } from '../../src/lib/demo/demo-summary.ts'
import { textWidth } from '../../src/lib/terminal/format/text-width.ts'
import { binary, buildIfMissing, cleanEnv, runBinary } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'
import { openTerminal } from '../support/terminal.ts'
import type { Terminal } from '../support/terminal.ts'

beforeAll(buildIfMissing)

const HIDE = '\u001b[?25l'
const SHOW = '\u001b[?25h'

/** A user's home, and a folder for what is temporary, which must be empty in the end. */
function givenPlaces(): { home: string; scratch: string; env: Record<string, string> } {
  const home = temporaryFolder()
  const scratch = join(home, 'scratch')
  mkdirSync(scratch)
  const env = { TMPDIR: scratch, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' }
  return { home, scratch, env }
}

function onTerminal(
  places: ReturnType<typeof givenPlaces>,
  argv: string[],
  options: { columns?: number; rows?: number; env?: Record<string, string> } = {},
): Terminal {
  const { env, ...size } = options
  return openTerminal(process.execPath, [binary, 'demo', ...argv], {
    ...size,
    env: cleanEnv(places.home, { ...places.env, ...env }),
    cwd: places.home,
  })
}

test('with --json, one document says what was sent, answered and counted, whatever the user has set; HOME stays empty', async () => {
  const { home, env } = givenPlaces()
  const foreign = { QWENCTL_PROXY_STRATEGY: 'round-robin', QWENCTL_PASSPHRASE: 'x', QWENCTL_USER: 'other' }
  const before = Date.now()
  const options = { env: { ...env, ...foreign, QWENCTL_HOME: undefined } }
  const { exit, stdout, stderr } = await runBinary(home, ['demo', '--json'], options)
  const document = JSON.parse(stdout) as DemoDocument
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(readdirSync(home, { recursive: true })).toEqual(['scratch'])
  expect(document).toMatchObject({
    simulated: true,
    requests: { sent: 22, answered: 21, streamed: 7, refused: 1, failedOver: 1 },
    agree: true,
    poolOut: { status: 429, account: 'work' },
  })
  expect(document.accounts).toMatchObject([
    { name: 'work', answered: 12, counted: 12, upstream: 12, status: 'exhausted' },
    { name: 'home', answered: 4, counted: 4, upstream: 4, status: 'key-refused', availableAt: null },
    { name: 'spare', answered: 5, counted: 5, upstream: 5, status: 'exhausted' },
  ])
  expect(document.jobs).toMatchObject({ eachSlotOnce: true })
  expect(document.jobs?.accounts.map(({ name }) => name)).toEqual(['work', 'home', 'spare'])
  expect(document.batch).toMatchObject({
    lines: 60,
    answeredOnce: true,
    batch: { status: 'completed', done: 60 },
  })
  // Every line runs once, and a line in flight at the kill at most once more.
  expect(document.batch?.counted).toBeGreaterThanOrEqual(60)
  expect(document.batch?.counted).toBeLessThanOrEqual(60 + document.batch!.unknownAfterKill)
  // The wait that the answer names ends at the reset, to the second.
  const askedAt = Date.parse(document.poolOut?.resetsAt ?? '') - (document.poolOut?.retryAfterMs ?? 0)
  expect(askedAt).toBeGreaterThan(before - 1_000)
  expect(askedAt).toBeLessThanOrEqual(Date.now())
})

test('without a terminal it tells the same in plain lines, and leaves no trace', async () => {
  const { home, scratch, env } = givenPlaces()
  await runBinary(home, ['auth', 'add', 'mine', '-p', 'sandbox'], { env })
  const before = readFileSync(join(home, 'accounts.json'), 'utf8')
  const names = readdirSync(home, { recursive: true }).sort()
  const { exit, stdout, stderr } = await runBinary(home, ['demo'], { env })
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(stdout).not.toContain('\u001b')
  expect(stdout).toContain('simulated inside qwenctl')
  expect(stdout).toContain('13  work is out: 12/day is used up')
  expect(stdout.replace(/\s+/g, ' ')).toContain('spare answers the same request, at attempt 2')
  expect(stdout).toContain('qwenctl counted 21, the simulated provider 21: they agree on every account.')
  expect(stdout).toContain('Each slot ran once.')
  expect(stdout).toMatch(/\d\d answered, then kill -9\n/)
  expect(stdout).toContain('Each line is answered once; qwenctl counted 6')
  expect(stdout).toContain('qwenctl auth add')
  expect(readFileSync(join(home, 'accounts.json'), 'utf8')).toBe(before)
  expect(readdirSync(home, { recursive: true }).sort()).toEqual(names)
  expect(readdirSync(scratch)).toEqual([])
})

test('on a terminal of 80 columns, the picture is redrawn in its place and stays', async () => {
  const places = givenPlaces()
  const terminal = onTerminal(places, ['--fast'], { columns: 80, rows: 24 })
  expect(await terminal.exit).toBe(0)
  const raw = terminal.raw()
  expect(raw.split(HIDE)).toHaveLength(2)
  expect(raw.lastIndexOf(SHOW)).toBeGreaterThan(raw.lastIndexOf(HIDE))
  expect(raw).toContain('\u001b[32m▶')
  expect(terminal.shown()).toContain('▶ work     █')
  expect(terminal.shown()).toContain('● ● ○ ● ● ○ ● ● ○ ● ● ○  ● ● ○ ●  ● ○ ● ● ○  ×')
  expect(terminal.shown()).toContain('they agree on every account.')
  for (const line of terminal.shown().split(/[\r\n]+/)) expect(textWidth(line)).toBeLessThan(80)
  expect(readdirSync(places.scratch)).toEqual([])
})

test('with NO_COLOR and a locale without Unicode, the picture is drawn in plain ASCII', async () => {
  const terminal = onTerminal(givenPlaces(), ['--fast'], { env: { NO_COLOR: '1', LC_ALL: 'C' } })
  expect(await terminal.exit).toBe(0)
  // eslint-disable-next-line no-control-regex -- colour codes are what is looked for
  expect(terminal.raw()).not.toMatch(/\u001b\[\d*m/)
  // eslint-disable-next-line no-control-regex -- everything beyond ASCII is what is looked for
  expect(terminal.shown()).not.toMatch(/[^\u0000-\u007f]/)
  expect(terminal.shown()).toContain('o o ~ o o ~ o o ~ o o ~  o o ~ o  o ~ o o ~  x')
})

test.each([
  ['a narrow terminal', { columns: 40, rows: 30 }],
  ['a low terminal', { columns: 80, rows: 10 }],
  ['a terminal that cannot move its cursor', { columns: 80, rows: 24, env: { TERM: 'dumb' } }],
])('on %s, lines replace the picture, and none is too wide', async (_, options) => {
  const terminal = onTerminal(givenPlaces(), ['--fast'], options)
  expect(await terminal.exit).toBe(0)
  expect(terminal.raw()).not.toContain(HIDE)
  expect(terminal.shown()).toContain('22  429, retry-after')
  for (const line of terminal.shown().split(/[\r\n]+/)) {
    expect(textWidth(line), line).toBeLessThan(options.columns)
  }
})

test('with Ctrl-C in the middle, it ends with 130, the cursor back and its home removed', async () => {
  const places = givenPlaces()
  const terminal = onTerminal(places, [])
  await terminal.waitFor('work goes first')
  expect(readdirSync(places.scratch)).toHaveLength(1)
  terminal.type('\u0003')
  expect(await terminal.exit).toBe(130)
  expect(terminal.raw().lastIndexOf(SHOW)).toBeGreaterThan(terminal.raw().lastIndexOf(HIDE))
  expect(terminal.shown()).toContain('cancelled: the demo was interrupted')
  expect(terminal.shown()).not.toContain('they agree')
  expect(readdirSync(places.scratch)).toEqual([])
})

test('with --serve, it answers requests of the user until Ctrl-C', async () => {
  const places = givenPlaces()
  const terminal = onTerminal(places, ['--fast', '--serve'])
  await terminal.waitFor('qwenctl quota show')
  const url = /curl (http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions)/.exec(terminal.shown())?.[1] ?? ''
  const [home = ''] = readdirSync(places.scratch)
  const answerers = []
  for (let number = 1; number <= 13; number += 1) answerers.push(await askSandbox(url))
  expect(answerers).toEqual([...Array<string>(12).fill('work'), 'home'])
  const quota = await runBinary(join(places.scratch, home), ['quota', 'show', 'work', '--json'])
  expect(JSON.parse(quota.stdout)).toMatchObject({ accounts: [{ limits: [{ used: 12, remaining: 0 }] }] })
  await terminal.waitFor('sandbox/home')
  terminal.type('\u0003')
  expect(await terminal.exit).toBe(130)
  expect(terminal.shown()).toContain('Ended. The temporary home is removed.')
  expect(readdirSync(places.scratch)).toEqual([])
})

test('with --serve and --json, the document comes when it serves, and a signal ends it cleanly', async () => {
  const { home, scratch, env } = givenPlaces()
  const child = spawn(process.execPath, [binary, 'demo', '--serve', '--json'], {
    env: cleanEnv(home, env),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  const exit = new Promise((done) => child.on('close', done))
  await new Promise<void>((done) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      if (stdout.endsWith('}\n')) done()
    })
  })
  const { url } = JSON.parse(stdout) as DemoDocument
  expect(await askSandbox(`${url}/v1/chat/completions`)).toBe('work')
  child.kill('SIGTERM')
  expect(await exit).toBe(130)
  expect(() => JSON.parse(stdout) as unknown).not.toThrow()
  expect(readdirSync(scratch)).toEqual([])
})

async function askSandbox(url: string): Promise<string | null> {
  const body = { model: 'sandbox-small', messages: [{ role: 'user', content: 'hello' }] }
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  expect(await response.text()).toContain('simulated')
  return response.headers.get('x-qwenctl-account')
}

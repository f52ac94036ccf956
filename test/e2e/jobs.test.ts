import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'
import { describeProcess } from '../../src/lib/store/locks/lock-owner.ts'
import { until } from '../support/servers/proxy-harness.ts'
import { startedProxy } from './proxy/proxy-process.ts'
import type { RunView } from '../../src/lib/toolkit/jobs/job-views.ts'

const node = process.execPath
const PRINTED = 100 << 20

async function shown<Answer>(home: string, argv: string[]): Promise<Answer> {
  const { stdout, exit, stderr } = await runCommand(home, [...argv, '--json'])
  if (exit !== 0 && stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Answer
}

async function givenAccounts(names: string[]): Promise<string> {
  const home = temporaryFolder()
  for (const name of names) await runCommand(home, ['auth', 'add', `sandbox/${name}`])
  return home
}

async function readRuns(home: string, job: string): Promise<RunView[]> {
  return (await shown<{ runs: RunView[] }>(home, ['jobs', 'runs', job, '--output', '--limit', '500'])).runs
}

const accountFolder = (home: string, name: string) => join(home, 'accounts', 'local', 'sandbox', name)
const isRunning = (pid: number) => describeProcess(pid) !== null && !isZombie(pid)
const isZombie = (pid: number) => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
const isAlive = (pid: number) => existsSync(`/proc/${pid}`)

describe('jobs without a proxy', () => {
  test('a command runs in the folder of its account, with its variables and its own key', async () => {
    const home = await givenAccounts(['one', 'two'])
    const script = `
      const { QWENCTL_HOME = null, QWENCTL_PASSPHRASE = null, QWENCTL_ACCOUNT, QWENCTL_JOB, QWENCTL_LATE } = process.env
      const models = await (await fetch(process.env.OPENAI_BASE_URL + '/models', { headers: { authorization: 'Bearer ' + process.env.OPENAI_API_KEY } })).json()
      const parts = (await import('node:fs')).readdirSync('.')
      console.log(JSON.stringify({ QWENCTL_HOME, QWENCTL_PASSPHRASE, QWENCTL_ACCOUNT, QWENCTL_JOB, QWENCTL_LATE, parts, cwd: process.cwd(), slot: process.env.QWENCTL_SLOT, models: models.data.length > 0 }))`
    const added = await runCommand(home, [
      'jobs',
      'add',
      'show',
      '--every',
      '1h',
      '--all',
      '--',
      node,
      '--input-type=module',
      '-e',
      script,
    ])
    expect(added).toMatchObject({ exit: 0 })
    const { runs } = await shown<{ runs: RunView[] }>(home, ['jobs', 'run', 'show'])
    expect(runs).toHaveLength(2)
    for (const run of runs) {
      const name = run.accountName.split('/')[1]!
      expect(run).toMatchObject({ status: 'done', isManual: true, exitCode: 0, reason: null })
      expect(JSON.parse(run.output!)).toEqual({
        QWENCTL_HOME: null,
        QWENCTL_PASSPHRASE: null,
        QWENCTL_ACCOUNT: `sandbox/${name}`,
        QWENCTL_JOB: 'show',
        QWENCTL_LATE: '0',
        parts: ['data', 'keywords.yaml', 'media', 'settings.yaml', 'templates.yaml'],
        cwd: accountFolder(home, name),
        slot: run.slot,
        models: true,
      })
    }
  })

  test('a prompt takes its values from the account and passes its answer on', async () => {
    const home = await givenAccounts(['one'])
    const folder = accountFolder(home, 'one')
    writeFileSync(join(folder, 'keywords.yaml'), '- red\n- green\n')
    writeFileSync(
      join(folder, 'templates.yaml'),
      'post: "Post about {{keyword}} for {{settings.audience}} and {{topic}}"\n',
    )
    writeFileSync(join(folder, 'settings.yaml'), 'audience: readers\n')
    const out = ['--out', 'data/{{date}}-{{job}}.txt']
    await runCommand(home, [
      'jobs',
      'add',
      'post',
      '--at',
      '07:00',
      '-a',
      'one',
      '--template',
      'post',
      '--set',
      'topic=news',
      ...out,
      '--',
      'cat',
    ])
    const { runs } = await shown<{ runs: RunView[] }>(home, ['jobs', 'run', 'post'])
    expect(runs[0]).toMatchObject({ status: 'done' })
    expect(runs[0]!.output).toContain('simulated')
    const date = runs[0]!.slot.slice(0, 10)
    expect(readFileSync(join(folder, 'data', `${date}-post.txt`), 'utf8')).toContain('simulated')
  })

  test('a missing value fails before anything is sent, and names the file', async () => {
    const home = await givenAccounts(['one'])
    await runCommand(home, ['jobs', 'add', 'ask', '--at', '07:00', '-a', 'one', '--ask', 'About {{keyword}}'])
    const { exit, stdout } = await runCommand(home, ['jobs', 'run', 'ask', '--json'])
    expect(exit).toBe(1)
    const [run] = (JSON.parse(stdout) as { runs: RunView[] }).runs
    expect(run).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('keywords.yaml') as string,
    })
  })

  test('an account that is out is skipped with the reason', async () => {
    const home = await givenAccounts(['one'])
    await runCommand(home, ['accounts', 'set', 'one', '--limit', '1/day'])
    await runCommand(home, [
      'jobs',
      'add',
      'ask',
      '--at',
      '07:00',
      '-a',
      'one',
      '--ask',
      'hi',
      '--timeout',
      '20s',
    ])
    const first = await shown<{ runs: RunView[] }>(home, ['jobs', 'run', 'ask'])
    const second = await shown<{ runs: RunView[] }>(home, ['jobs', 'run', 'ask'])
    expect([first, second].map(({ runs }) => runs[0]!.status)).toEqual(['done', 'skipped'])
    expect(second.runs[0]!.reason).toMatch(/1\/day|used up|out/)
  })

  test('a command that ignores SIGTERM ends with all that it started, and its output stays bounded', async () => {
    const home = await givenAccounts(['one'])
    // An ignored signal stays ignored in what a shell starts. C prints all within the timeout on a busy machine, too.
    const script = `trap '' TERM; sleep 1000 & echo $$ $!; head -c ${PRINTED} /dev/zero; sleep 1000`
    const loud = ['jobs', 'add', 'loud', '--every', '1h', '-a', 'one', '--timeout', '5s']
    await runCommand(home, [...loud, '--', 'sh', '-c', script])
    const before = process.memoryUsage().rss
    const { runs } = await shown<{ runs: RunView[] }>(home, ['jobs', 'run', 'loud'])
    expect(runs[0]).toMatchObject({ status: 'failed', reason: expect.stringContaining('timeout') as string })
    expect(runs[0]!.outputBytes).toBeGreaterThanOrEqual(PRINTED)
    expect(runs[0]!.output!.length).toBeLessThan(70_000)
    // Less than what was printed; buffers wait for the garbage collector.
    expect(process.memoryUsage().rss - before).toBeLessThan(95 << 20)
    const pids = runs[0]!.output!.split('\n')[0]!.split(' ').map(Number)
    await until(() => pids.every((pid) => !isAlive(pid)))
  })
})

describe('jobs over proxies', () => {
  test('two proxies run each slot once, and errors of some accounts leave the others on time', async () => {
    const names = ['ok1', 'ok2', 'hangs', 'crashes', 'prints']
    const home = await givenAccounts(names)
    const every = ['--every', '1s', '--overlap', 'skip']
    const good = [
      'jobs',
      'add',
      'good',
      ...every,
      '-a',
      'ok1',
      '-a',
      'ok2',
      '--',
      'sh',
      '-c',
      'echo "$QWENCTL_SLOT" >> slots',
    ]
    await runCommand(home, good)
    await runCommand(home, [
      'jobs',
      'add',
      'bad1',
      ...every,
      '-a',
      'hangs',
      '--timeout',
      '60s',
      '--',
      'sleep',
      '36000',
    ])
    await runCommand(home, [
      'jobs',
      'add',
      'bad2',
      ...every,
      '-a',
      'crashes',
      '--',
      'sh',
      '-c',
      'kill -ABRT $$',
    ])
    await runCommand(home, [
      'jobs',
      'add',
      'bad3',
      ...every,
      '-a',
      'prints',
      '--',
      'head',
      '-c',
      '20000000',
      '/dev/zero',
    ])
    await Promise.all([startedProxy(home), startedProxy(home)])
    const readSlots = (name: string) => {
      const file = join(accountFolder(home, name), 'slots')
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
    }
    await until(() => readSlots('ok1').length >= 5 && readSlots('ok2').length >= 5)
    for (const name of ['ok1', 'ok2']) {
      const slots = readSlots(name)
      expect(new Set(slots).size).toBe(slots.length)
    }
    const paused = async () =>
      (await shown<{ job: { accounts: { status: string }[] } }>(home, ['jobs', 'show', 'bad2'])).job
        .accounts[0]!.status
    await until(async () => (await paused()) === 'paused')
    const hanging = (await readRuns(home, 'bad1')).map(({ status }) => status)
    expect(hanging).toContain('skipped')
    expect(hanging.filter((status) => status === 'running')).toHaveLength(1)
    await runCommand(home, ['accounts', 'stop', 'hangs'])
    await until(async () => (await readRuns(home, 'bad1')).some(({ status }) => status === 'stopped'))
  })

  test('a killed proxy leaves a lost run, which another proxy repeats only with retries', async () => {
    const home = await givenAccounts(['one', 'two'])
    const command = [
      '--',
      node,
      '-e',
      "require('fs').appendFileSync('begun', process.pid + '\\n'); setInterval(() => undefined, 200)",
    ]
    const common = ['--every', '2s', '--max-per-day', '1', '--timeout', '120s']
    await runCommand(home, ['jobs', 'add', 'once', ...common, '-a', 'one', ...command])
    await runCommand(home, ['jobs', 'add', 'again', ...common, '--retries', '1', '-a', 'two', ...command])
    const begun = (name: string) => {
      const file = join(accountFolder(home, name), 'begun')
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []
    }
    const begunIn = (name: string) => begun(name).length
    const first = await startedProxy(home)
    await until(() => begunIn('one') === 1 && begunIn('two') === 1)
    first.signal('SIGKILL')
    await first.exit
    const [one = 0, two = 0] = [...begun('one'), ...begun('two')]
    const second = await startedProxy(home)
    await until(() => begunIn('two') === 2)
    expect(isRunning(two), 'the command of the killed proxy, beside its repetition').toBe(false)
    await until(() => !isRunning(one))
    const statuses = async (job: string) =>
      (await readRuns(home, job)).filter(({ status }) => status !== 'skipped')
    expect((await statuses('once')).map(({ status }) => status)).toEqual(['lost'])
    expect((await statuses('again')).map(({ status }) => status).sort()).toEqual(['lost', 'running'])
    expect(begunIn('one')).toBe(1)
    second.signal('SIGTERM')
    await second.exit
    await until(() => !isRunning(begun('two')[1]!))
  })

  test('--no-jobs runs none', async () => {
    const home = await givenAccounts(['one'])
    mkdirSync(accountFolder(home, 'one'), { recursive: true })
    await runCommand(home, ['jobs', 'add', 'tick', '--every', '1s', '-a', 'one', '--verify'])
    await startedProxy(home, ['--no-jobs'])
    const other = await startedProxy(home)
    await until(async () => (await readRuns(home, 'tick')).length > 2)
    expect(other.pid).toBeGreaterThan(0)
    const pids = (await readRuns(home, 'tick')).map(({ id }) => Number.parseInt(id.split('.')[0]!, 36))
    expect([...new Set(pids)]).toEqual([other.pid])
  })
})

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import {
  binary,
  buildIfMissing,
  cleanEnv,
  parseDocument,
  root,
  runBinary,
  runCommand,
} from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

beforeAll(buildIfMissing)

test('with --version, prints what oclif would, on both ways', async () => {
  const home = temporaryFolder()
  const direct = await runBinary(home, ['--version'])
  const byOclif = await runBinary(home, ['--version', '--json'])
  expect(direct).toMatchObject({ exit: 0, stderr: '' })
  expect(direct.stdout).toMatch(/^qwenctl\/\d+\.\d+\.\d+ \S+ node-v\d+/)
  expect(direct.stdout).toBe(byOclif.stdout)
})

test('whichever way answers, `quota show --json` and `auth list --json` are the same bytes', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'play', '-p', 'sandbox', '-g', 'night'])
  const timeless = (text: string) => text.replaceAll(/"now": ".*"/g, '"now": ""')
  for (const argv of [
    ['quota', 'show'],
    ['auth', 'list'],
    ['quota', 'show', 'play'],
    ['quota', 'show', 'nope'],
  ]) {
    const direct = await runBinary(home, [...argv, '--json'])
    // The environment asks for JSON too, and only oclif's way knows that.
    const byOclif = await runCommand(home, argv, { QWENCTL_CONTENT_TYPE: 'json' })
    expect(timeless(byOclif.stdout)).toBe(timeless(direct.stdout))
    expect(byOclif.exit).toBe(direct.exit)
  }
})

test('each command loads no more of the program than it needs', () => {
  const home = temporaryFolder()
  const watch = `
    import { registerHooks } from 'node:module'
    registerHooks({ load: (url, context, next) => { if (/@oclif|chunks.(core|common|providers)/.test(url)) console.error(url); return next(url, context) } })`
  const env = cleanEnv(home, { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(watch)}` })
  const loaded = (...argv: string[]) =>
    spawnSync(process.execPath, [binary, ...argv], { env, encoding: 'utf8' }).stderr
  for (const line of ['--version', 'quota show --json', 'auth list --json', '__complete bash auth add -p ']) {
    expect(loaded(...line.split(' '))).toBe('')
  }
  const parts = (...argv: string[]) =>
    [...loaded(...argv).matchAll(/chunks\/(core|common|providers)\.js/g)].map(([, part]) => part)
  expect(parts('--help')).toEqual(['core'])
  expect(parts('quota', 'show', '--help')).toEqual(['core'])
  expect(parts('config', 'list')).toEqual(['core', 'common'])
  expect(new Set(parts('providers', 'list'))).toEqual(new Set(['core', 'common', 'providers']))
})

test('with one command or all of them loaded, a command line has the same output and exit code', async () => {
  const [alone, whole] = [temporaryFolder(), temporaryFolder()]
  // The list of plugins of a home that had some and has none makes oclif load all commands.
  mkdirSync(join(whole, 'plugins'), { recursive: true })
  writeFileSync(join(whole, 'plugins', 'package.json'), '{"oclif":{"schema":1,"plugins":[]}}')
  const lines = ['keys list --json', 'config list extra', 'quota show --nope', 'accounts show', 'quota']
  for (const line of lines) {
    const [one, all] = await Promise.all([alone, whole].map((home) => runBinary(home, line.split(' '))))
    const withoutHome = (text = '') => text.replaceAll(alone, 'HOME').replaceAll(whole, 'HOME')
    expect(withoutHome(one?.stdout), line).toBe(withoutHome(all?.stdout))
    expect(withoutHome(one?.stderr), line).toBe(withoutHome(all?.stderr))
    expect(one?.exit, line).toBe(all?.exit)
  }
})

test('answers for prompts load no sockets, streams or ciphers of Node', () => {
  const home = temporaryFolder()
  const file = join(home, 'list-modules.cjs')
  const print = `require('node:fs').writeSync(2, process.moduleLoadList.join('\\n'))`
  writeFileSync(file, `process.on('exit', () => ${print})`)
  const env = cleanEnv(home, { NODE_OPTIONS: `--require=${file}` })
  const loaded = (...argv: string[]) =>
    spawnSync(process.execPath, [binary, ...argv], { env, encoding: 'utf8' }).stderr.split('\n')
  const heavy = ['net', 'stream', 'crypto', 'http', 'child_process', 'perf_hooks'].map(
    (name) => `NativeModule ${name}`,
  )
  expect(loaded('quota', 'show')).toContain('NativeModule stream')
  for (const line of ['--version', 'quota show --json', 'auth list --json', '__complete bash auth add -p '])
    expect(
      loaded(...line.split(' ')).filter((name) => heavy.includes(name)),
      line,
    ).toEqual([])
})

test('when Node is too old, one line says which is needed, which this is, and what to do', () => {
  const pretend = "Object.defineProperty(process, 'version', { value: 'v18.20.4' })"
  const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, binary, '--version']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toMatch(/^qwenctl needs Node 22\.19 or newer, and this is v18\.20\.4: install .*\n$/)
})

const oldNode = (process.env['PATH'] ?? '')
  .split(':')
  .map((folder) => join(folder, 'node'))
  .find((file) =>
    /^v(1[4-9]|2[01])\./.test(spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout ?? ''),
  )

test.skipIf(oldNode === undefined)('when a really old Node runs it, it says the same', () => {
  const { status, stderr } = spawnSync(oldNode ?? '', [binary, 'auth', 'list'], { encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toMatch(/^qwenctl needs Node 22\.19 or newer, and this is v\d+\S*: .*\n$/)
})

test('when compiled code is kept, the folder is ours alone; a folder that others may write is not used', async () => {
  const home = temporaryFolder()
  const env = { NODE_COMPILE_CACHE: undefined }
  await runBinary(home, ['--version'], { env })
  expect(statSync(join(home, 'cache', 'compiled')).mode & 0o777).toBe(0o700)

  const shared = temporaryFolder()
  mkdirSync(join(shared, 'cache'), { mode: 0o700 })
  spawnSync('mkdir', ['-m', '0777', join(shared, 'cache', 'compiled')])
  await runBinary(shared, ['--version'], { env })
  expect(spawnSync('ls', ['-A', join(shared, 'cache', 'compiled')], { encoding: 'utf8' }).stdout).toBe('')
})

test('when the user has NODE_ENV=development exported, nothing is said about TypeScript', async () => {
  const result = await runBinary(temporaryFolder(), ['config', 'get', 'proxy.port'], {
    env: { NODE_ENV: 'development' },
  })
  expect(result).toEqual({ exit: 0, stdout: '3000\n', stderr: '' })
})

test('when the sources are run, they behave as the build', () => {
  const home = temporaryFolder()
  const dev = spawnSync(process.execPath, [join(root, 'bin', 'dev.js'), 'auth', 'lst', '--json'], {
    env: cleanEnv(home),
    encoding: 'utf8',
  })
  expect(dev.status).toBe(2)
  expect(JSON.parse(dev.stdout)).toMatchObject({ error: { hint: 'did you mean qwenctl auth list?' } })
})

test('when the reader of a pipe leaves early, nothing is said about it', async () => {
  const home = temporaryFolder()
  const shell = spawn(
    'bash',
    ['-c', `"${process.execPath}" "${binary}" completion bash | head -n 1; echo "\${PIPESTATUS[0]}"`],
    { env: cleanEnv(home) },
  )
  let text = ''
  shell.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  shell.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await new Promise((done) => shell.on('close', done))
  expect(text).toBe('# qwenctl completion for bash\n0\n')
})

test('when standard input holds something, no argument is taken from it', async () => {
  const home = temporaryFolder()
  const result = await runBinary(home, ['accounts', 'rename', 'work', '--json'], {
    stdin: 'sk-secret-from-a-pipe',
  })
  expect(parseDocument(result).error).toMatchObject({
    code: 'invalid_usage',
    message: 'missing argument NAME',
  })
})

test('when a key comes through a pipe, it is stored sealed and printed nowhere', async () => {
  const home = mkdtempSync(join(temporaryFolder(), 'home-'))
  const key = 'sk-piped-0123456789abcdef'
  const argv = ['auth', 'add', 'openai/piped', '--key-stdin', '--no-verify']
  const added = await runBinary(home, argv, { stdin: `${key}\n` })
  expect(added.exit).toBe(0)
  expect(added.stdout + added.stderr).not.toContain(key)
  expect(spawnSync('grep', ['-rl', key, home], { encoding: 'utf8' }).stdout).toBe('')
})

test('when the store is damaged, exits with 6 and says where', async () => {
  const home = temporaryFolder()
  writeFileSync(join(home, 'accounts.json'), '{"version": 1, "accounts": [')
  for (const result of [
    await runBinary(home, ['auth', 'list', '--json']),
    await runCommand(home, ['accounts', 'show', 'work', '--json']),
  ]) {
    expect(result.exit).toBe(6)
    expect(parseDocument(result).error).toMatchObject({ code: 'store_corrupt', exit: 6 })
  }
})

test.each([
  // The built program answers this command without oclif when it can.
  [['auth', 'list', 'work'], 2, 'invalid_usage', runBinary],
  [['auth', 'list', '--nope'], 2, 'invalid_usage', runBinary],
  [['nonsense'], 2, 'invalid_usage', runBinary],
  [['auth', 'lst'], 2, 'invalid_usage', runCommand],
  [['completion', 'tcsh'], 2, 'invalid_usage', runCommand],
  [['accounts', 'show', 'nope'], 3, 'account_not_found', runCommand],
  [['auth', 'add', 'x', '-p', 'nope'], 2, 'unknown_provider', runCommand],
])('with --json, the failure of %j is one document and the exit code %i', async (argv, exit, code, run) => {
  const home = temporaryFolder()
  const failed = await run(home, [...argv, '--json'])
  expect(failed).toMatchObject({ exit, stderr: '' })
  expect(Object.keys(parseDocument(failed))).toEqual(['error'])
  expect(Object.keys(parseDocument(failed).error)).toEqual(['code', 'message', 'hint', 'exit'])
  expect(parseDocument(failed).error).toMatchObject({ code, exit })
  const told = await runCommand(home, argv)
  expect(told).toMatchObject({ exit, stdout: '', stderr: expect.stringMatching(/^error: /) })
})

test('with DEBUG, the stack follows on stderr, and without it does not', async () => {
  const home = temporaryFolder()
  expect((await runBinary(home, ['auth', 'lst'])).stderr).not.toContain('    at ')
  expect((await runBinary(home, ['auth', 'lst'], { env: { DEBUG: 'qwenctl' } })).stderr).toContain('    at ')
})

test('with FORCE_COLOR there are colours in a pipe, and without it none', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'play', '-p', 'sandbox'])
  expect((await runBinary(home, ['quota', 'show'])).stdout).not.toContain('\u001b[')
  expect((await runBinary(home, ['quota', 'show'], { env: { FORCE_COLOR: '1' } })).stdout).toContain(
    '\u001b[32mready',
  )
})

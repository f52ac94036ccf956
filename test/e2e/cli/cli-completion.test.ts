import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { binary, buildIfMissing, cleanEnv, runBinary, runCommand, runCompletion } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { openTerminal } from '../../support/terminal.ts'
import { openaiLine } from '../batch-process.ts'

beforeAll(buildIfMissing)

const isMissing = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status !== 0

/** A home with two accounts, and an environment in which `qwenctl` is the built command line. */
async function givenAccounts(): Promise<{ home: string; env: NodeJS.ProcessEnv }> {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'play', '-p', 'sandbox', '-g', 'night'])
  await runCommand(home, ['auth', 'add', 'me@work.example', '-p', 'sandbox'])
  await runCommand(home, ['auth', 'add', 'other', '-p', 'sandbox', '-g', 'nightly', '--user', 'bob'])
  const folder = join(home, 'bin')
  mkdirSync(folder)
  writeFileSync(join(folder, 'qwenctl'), `#!/bin/sh\nexec "${process.execPath}" "${binary}" "$@"\n`)
  chmodSync(join(folder, 'qwenctl'), 0o755)
  return {
    home,
    env: cleanEnv(home, { PATH: `${folder}:${process.env['PATH'] ?? ''}`, TERM: 'xterm', PS1: '> ' }),
  }
}

async function candidates(home: string, ...words: string[]): Promise<string[]> {
  const { stdout } = await runCompletion(home, ['bash', ...words])
  return stdout.split('\n').filter((line) => line !== '')
}

test('for every kind of place, the candidates are those that fit there', async () => {
  const { home } = await givenAccounts()
  expect(await candidates(home, 'au')).toEqual(['auth', 'autocomplete'])
  expect(await candidates(home, 'quota', '')).toEqual([
    'compare',
    'explain',
    'history',
    'notify',
    'reset',
    'show',
  ])
  expect(await candidates(home, 'plugins', 'ins')).toEqual(['inspect', 'install'])
  expect(await candidates(home, 'accounts', 'show', 'p')).toEqual(['play'])
  expect(await candidates(home, 'config', 'set', 'proxy.strategy', 'fi')).toEqual(['fill-first'])
  expect(await candidates(home, 'config', 'set', 'proxy.affinity', '')).toEqual(['true', 'false'])
  expect(await candidates(home, 'config', 'set', 'proxy.port', '')).toEqual([])
  expect(await candidates(home, 'accounts', 'show', 'bob:')).toEqual(['bob:sandbox/other'])
  expect(await candidates(home, 'accounts', 'show', 'sandbox/o')).toEqual(['sandbox/other'])
  expect(await candidates(home, 'keys', 'create', 'x', '--accounts', 'play,ot')).toEqual(['play,other'])
  expect(await candidates(home, 'keys', 'create', 'x', '--accounts', 'sandbox/play,pl')).toEqual([])
  expect(await candidates(home, 'jobs', 'add', 'x', '--account', 'play,ot')).toEqual([])
  expect(await candidates(home, 'help', 'quota', 'sh')).toEqual(['show'])
  expect(await candidates(home, 'quota', 'show', '--user', 'bob', '--group', '')).toEqual(['nightly'])
  expect(await candidates(home, 'quota', 'show', '--group=night')).toEqual([
    '--group=night',
    '--group=nightly',
  ])
  expect(await candidates(home, 'quota', 'show', 'play', 'pl')).toEqual([])
  expect(await candidates(home, 'auth', 'add', '-p', 'open')).toEqual(['openai', 'openrouter'])
  expect(await candidates(home, 'auth', 'add', '--key-file', '')).toEqual([':files'])
  expect(await candidates(home, 'auth', 'add', '--no')).toEqual(['--no-key', '--no-browser', '--no-verify'])
  expect(await candidates(home, 'completion', '')).toEqual(['bash', 'zsh', 'fish', 'powershell'])
  expect(await candidates(home, 'config', 'get', 'proxy.po')).toEqual(['proxy.port'])
  expect(await candidates(home, 'no', 'such', '')).toEqual([])
  await runCommand(home, ['jobs', 'add', 'morning', '--at', '07:00', '--all', '--verify'])
  for (const verb of ['show', 'set', 'run', 'pause', 'resume', 'remove', 'runs', 'next'])
    expect(await candidates(home, 'jobs', verb, ''), verb).toEqual(['morning'])
  expect(await candidates(home, 'jobs', 'run', 'morning', '-a', 'pl')).toEqual(['play'])
  expect(await candidates(home, 'jobs', 'add', 'x', '--batch', '')).toEqual([':files'])
  expect(await candidates(home, 'batch', 'run', '')).toEqual([':files'])
  await runCommand(home, ['config', 'set', 'user', 'local'])
  writeFileSync(join(home, 'tasks.jsonl'), `${openaiLine(1, { model: 'sandbox-small' })}\n`)
  const { stdout } = await runCommand(home, ['batch', 'run', join(home, 'tasks.jsonl'), '--json'])
  const { batch } = JSON.parse(stdout) as { batch: { id: string } }
  expect(await candidates(home, 'batch', 'show', '')).toEqual([batch.id])
})

test('when the store is damaged, completion is silent', async () => {
  const home = temporaryFolder()
  writeFileSync(join(home, 'accounts.json'), 'not json')
  expect(await runBinary(home, ['__complete', 'bash', 'accounts', 'show', ''])).toEqual({
    exit: 0,
    stdout: '',
    stderr: '',
  })
})

test('for PowerShell, the last word comes marked, and the script registers a completer', async () => {
  const { home } = await givenAccounts()
  const { stdout } = await runBinary(home, ['__complete', 'powershell', 'accounts', 'show', '=play'])
  expect(stdout).toBe('play\taccount at sandbox\n')
  const script = (await runBinary(home, ['completion', 'powershell'])).stdout
  expect(script).toContain('Register-ArgumentCompleter -Native -CommandName qwenctl')
  expect(script).toContain('__complete powershell @typed "=$wordToComplete"')
})

test.skipIf(isMissing('fish'))('in fish, commands, values and names complete', async () => {
  const { home, env } = await givenAccounts()
  const ask = (line: string) => {
    const script = `qwenctl completion fish | source; complete -C "${line}"`
    return spawnSync('fish', ['--no-config', '-c', script], { env, cwd: home, encoding: 'utf8' }).stdout
  }
  expect(ask('qwenctl accounts show pl')).toBe('play\taccount at sandbox\n')
  expect(ask('qwenctl quota ')).toMatch(
    /^compare\t.*\nexplain\t.*\nhistory\t.*\nnotify\t.*\nreset\t.*\nshow\t.*\n$/,
  )
  expect(ask('qwenctl auth add --provider=deep')).toBe('--provider=deepseek\tDeepSeek\n')
  writeFileSync(join(home, 'the-key-file'), '')
  expect(ask('qwenctl auth add --key-file the-k')).toContain('the-key-file')
})

const completions = [
  ['qwenctl acc', 'qwenctl accounts '],
  ['qwenctl accounts show pla', 'qwenctl accounts show play '],
  ['qwenctl accounts show me@w', 'qwenctl accounts show me@work.example '],
  ['qwenctl accounts show sandbox/pl', 'qwenctl accounts show sandbox/play '],
  ['qwenctl accounts show bob:sand', 'qwenctl accounts show bob:sandbox/other '],
  ['qwenctl auth add --provider=deep', 'qwenctl auth add --provider=deepseek '],
  ['qwenctl auth add --key-file the-k', 'qwenctl auth add --key-file the-key-file '],
] as const
const CLEAR_LINE = '\u0015'

const shells: [name: string, flags: string[], setUp: string][] = [
  ['bash', ['--norc', '--noprofile', '-i'], 'source <(qwenctl completion bash)'],
  [
    'zsh',
    ['-f', '-i'],
    'autoload -Uz compinit; compinit -u -D; source <(qwenctl completion zsh); bindkey -e',
  ],
]

test.each(shells.filter(([name]) => !isMissing(name)))(
  'in %s, Tab completes commands, names, values and files',
  async (shell, flags, setUp) => {
    const { home, env } = await givenAccounts()
    writeFileSync(join(home, 'the-key-file'), '')
    const terminal = openTerminal(shell, flags, { env, cwd: home })
    terminal.type(`${setUp}; echo re""ady\r`)
    await terminal.waitFor('ready')
    for (const [typed, completed] of completions) {
      terminal.type(`${typed}\t`)
      await terminal.waitFor(completed)
      terminal.type(CLEAR_LINE)
    }
  },
)

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { MigrationView } from '../../../src/lib/toolkit/migrate/views.ts'
import type { QuotaDocument } from '../../../src/lib/toolkit/views.ts'
import { runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import type { CliResult } from '../../support/cli.ts'
import { filesBelow } from '../../lib/toolkit/temporary-home.ts'
import { givenFiles, login, readState } from '../../lib/toolkit/migrate/foreign-home.ts'

const today = new Date().toISOString().slice(0, 10)
const SECRETS = /planted|0123456789abcdef|proxy-word/

/** An account of each kind, with keys that are easy to search for. */
function givenTools(): string {
  return givenFiles({
    '.qwen/oauth_creds.json': login('planted-default'),
    '.qwen/oauth_creds_alice.json': login('planted-alice'),
    '.qwen/request_counts.json': { lastResetDate: today, requests: { alice: 45, default: 3 } },
    '.qwen/settings.json': '{ damaged: planted }',
    '.codex/auth.json': {
      OPENAI_API_KEY: 'sk-planted-codex-0123456789abcdef',
      tokens: { access_token: 'planted-access', refresh_token: 'planted-refresh' },
    },
    '.claude/.credentials.json': { claudeAiOauth: { accessToken: 'sk-ant-oat01-planted-0123456789abcdef' } },
    '.cli-proxy-api/config.yaml':
      'api-keys: [planted-client-key]\nopenai-compatibility:\n  - name: acme\n    base-url: https://api.acme.example/v1\n' +
      '    api-key-entries: [{api-key: planted-acme-0123456789abcdef, proxy-url: "http://me:proxy-word@proxy.example:1"}]\n',
    '.env': 'GROQ_API_KEY=gsk_planted0123456789abcdef\nOPENAI_API_KEY=sk-planted-codex-0123456789abcdef\n',
    'list/accounts.yaml':
      'accounts:\n  - {id: 7, name: work, username: bob, enabled: false, folder: seven}\n',
    'list/seven/settings.yaml':
      'provider: qwen\napi_key: sk-planted-seven-0123456789abcdef\nlimits: [500/day]\n# mine\n',
    'list/seven/notes/history.csv': 'day,count\n2026-11-21,4\n',
    'list/seven/cookies.json': { session_token: 'planted-cookie-0123456789abcdef' },
  })
}

function migrate(home: string, tools: string, ...argv: string[]): Promise<CliResult> {
  return runCommand(home, ['accounts', 'migrate', ...argv], {
    HOME: tools,
    XDG_DATA_HOME: '',
    XDG_CONFIG_HOME: '',
  })
}

function parseView({ stdout }: CliResult): MigrationView {
  return JSON.parse(stdout) as MigrationView
}

test('when it is imported twice, the second time adds nothing and changes no account', async () => {
  const [home, tools] = [temporaryFolder(), givenTools()]
  const first = parseView(await migrate(home, tools, '--yes', '--json'))
  expect(first.added.map(({ provider, name, error }) => [provider, name, error])).toEqual([
    ['qwen-oauth', 'alice', null],
    ['qwen-oauth', 'default', null],
    ['custom', 'acme', null],
    ['openai', 'codex', null],
    ['groq', 'groq', null],
  ])
  const accounts = readFileSync(join(home, 'accounts.json'), 'utf8')
  const second = parseView(await migrate(home, tools, '--yes', '--json'))
  expect(second.added).toEqual([])
  expect(second.plan.filter(({ action }) => action === 'add')).toEqual([])
  expect(readFileSync(join(home, 'accounts.json'), 'utf8')).toBe(accounts)
})

test('when another tool counted requests today, quota show continues from them', async () => {
  const [home, tools] = [temporaryFolder(), givenTools()]
  await migrate(home, tools, 'qwen-code-oai-proxy', '--yes')
  await migrate(home, tools, 'qwen-code-oai-proxy', '--yes')
  await runCommand(home, ['accounts', 'set', 'alice', '--limit', '40/day'])
  await runCommand(home, ['accounts', 'set', 'default', '--limit', '2000/day'])
  const { stdout } = await runCommand(home, ['quota', 'show', '--json'])
  const { accounts } = JSON.parse(stdout) as QuotaDocument
  expect(accounts).toMatchObject([
    { name: 'alice', status: 'exhausted', today: { requests: 45, succeeded: 45 }, limits: [{ used: 45 }] },
    { name: 'default', status: 'ready', today: { requests: 3 }, limits: [{ used: 3, remaining: 1997 }] },
  ])
})

test('no secret is in any output or file in the clear, and nothing of the sources changes', async () => {
  const [home, tools] = [temporaryFolder(), givenTools()]
  const before = readState(tools)
  const runs = [
    await migrate(home, tools, '--dry-run'),
    await migrate(home, tools, '--json', '--dry-run'),
    await migrate(home, tools, '--yes'),
    await migrate(home, tools, '--yes', '--json', '--from', join(tools, 'list')),
    await migrate(home, tools, '--yes', '--json'),
    await runCommand(home, ['auth', 'list', '--json']),
  ]
  expect(runs.map(({ exit }) => exit)).toEqual([0, 0, 0, 0, 0, 0])
  const printed = runs.map(({ stdout, stderr }) => stdout + stderr).join('')
  expect(printed).not.toMatch(SECRETS)
  for (const { path, text } of await filesBelow(home)) expect(text, path).not.toMatch(SECRETS)
  expect(readState(tools)).toEqual(before)
})

test('every row that is not imported says why, and a damaged file is named while the others are read', async () => {
  const [home, tools] = [temporaryFolder(), givenTools()]
  const { plan, damaged } = parseView(await migrate(home, tools, '--dry-run', '--json'))
  const declined = plan.filter(({ action }) => action === 'declined')
  expect(declined.map(({ source }) => source)).toEqual(['codex', 'claude-code'])
  for (const row of plan) expect(row.reason === null).toBe(row.action === 'add')
  expect(damaged).toEqual([{ file: join(tools, '.qwen/settings.json'), reason: 'is not valid JSON' }])
})

test('with --dry-run, and without an answer, nothing is written', async () => {
  const [home, tools] = [join(temporaryFolder(), 'home'), givenTools()]
  const dry = await migrate(home, tools, '--dry-run')
  expect(dry.stderr).toContain('5 accounts would be imported. Nothing was changed.')
  const unanswered = await migrate(home, tools, '--json')
  expect(JSON.parse(unanswered.stdout)).toMatchObject({ error: { code: 'missing_answer', exit: 2 } })
  expect(existsSync(home)).toBe(false)
})

test('when an account has a folder, its data come along and its credentials only sealed', async () => {
  const [home, tools] = [temporaryFolder(), givenTools()]
  const from = ['accounts-yaml', '--from', join(tools, 'list'), '--yes', '--json']
  const { added } = parseView(await migrate(home, tools, ...from))
  expect(added).toMatchObject([
    { name: 'work', files: ['notes/history.csv', 'settings.yaml'], left: ['cookies.json'] },
  ])
  const folder = join(home, 'accounts/local/qwen/work')
  expect(readFileSync(join(folder, 'notes/history.csv'), 'utf8')).toBe('day,count\n2026-11-21,4\n')
  expect(readFileSync(join(folder, 'settings.yaml'), 'utf8')).toContain('provider: qwen\napi_key: sk-…cdef\n')
  const { stdout } = await runCommand(home, ['accounts', 'show', 'work', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({
    account: { enabled: false, limits: [{ max: 500, window: 'day' }] },
  })
})

test('when a name is taken by another credential, the next free one is proposed', async () => {
  const [home, tools] = [temporaryFolder(), givenTools()]
  await runCommand(home, ['auth', 'add', 'codex', '-p', 'openai', '--key-env', 'K', '--no-verify'], {
    K: 'sk-something-else-entirely',
  })
  const { added } = parseView(await migrate(home, tools, 'codex', '--yes', '--json'))
  expect(added).toMatchObject([{ provider: 'openai', name: 'codex-2' }])
})

test('when nothing is found it says where it looked, and an account there is left as it is', async () => {
  const [home, tools] = [temporaryFolder(), givenFiles({})]
  await runCommand(home, ['auth', 'add', 'only', '-p', 'sandbox'])
  const before = readState(home)
  const { exit, stderr } = await migrate(home, tools, 'litellm')
  expect(exit).toBe(0)
  expect(stderr).toContain(join(tools, '.litellm/config.yaml'))
  expect(readState(home)).toEqual(before)
})

test('when the source or the path does not exist, it is an error of usage', async () => {
  const [home, tools] = [temporaryFolder(), givenFiles({})]
  expect((await migrate(home, tools, 'nothing')).exit).toBe(2)
  expect((await migrate(home, tools, '--from', 'no/such/file')).exit).toBe(2)
})

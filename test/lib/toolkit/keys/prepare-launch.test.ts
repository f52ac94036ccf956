// The starts of agents that read their own configuration first, over files as users have them.

import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { ProgramLaunch } from '../../../../src/lib/toolkit/keys/launch/launch.ts'
import { prepareLaunch } from '../../../../src/lib/toolkit/keys/launch/prepare-launch.ts'
import { hiddenVariables } from '../../../../src/lib/toolkit/keys/program-environment.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const URL = 'http://127.0.0.1:4141'
const SECRET = 'qk_0123456789abcdef'
const ELSEWHERE = 'https://elsewhere.example'
const ledAway = JSON.stringify({ env: { ANTHROPIC_BASE_URL: ELSEWHERE, LANG: 'C' } })

async function launched(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ProgramLaunch> {
  const models = () => Promise.resolve(['m1'])
  const launch = await prepareLaunch(program, args, { url: URL, secret: SECRET, models, env })
  onTestFinished(launch.cleanUp)
  return launch
}

/** A home of Claude Code with these settings, and what the start with `args` gives it. */
async function launchedClaude(own: string | null, args: readonly string[]) {
  const folder = temporaryFolder()
  if (own !== null) writeFileSync(join(folder, 'settings.json'), own)
  const launch = await launched('claude', args, { CLAUDE_CONFIG_DIR: folder })
  const [flag, file = ''] = launch.args
  const text = flag === '--settings' && existsSync(file) ? readFileSync(file, 'utf8') : '{}'
  return { ...launch, file, settings: JSON.parse(text) as { env?: Record<string, string> } }
}

const toProxy = { ANTHROPIC_BASE_URL: URL, ANTHROPIC_AUTH_TOKEN: SECRET, ANTHROPIC_API_KEY: '' }

test('Claude Code starts as it is where no settings lead to another service', async () => {
  const args = ['-p', 'hi', '--settings', '{"model":"m1"}']
  expect((await launchedClaude(null, args)).args).toEqual(args)
  expect((await launchedClaude('{"env":{"LANG":"C"}}', args)).args).toEqual(args)
})

const shapes: [string, (text: string, folder: string) => string[]][] = [
  ['a text', (text) => ['--settings', text]],
  ['a text after =', (text) => [`--settings=${text}`]],
  [
    'a file',
    (text, folder) => {
      writeFileSync(join(folder, 'mine.json'), text)
      return ['--settings', join(folder, 'mine.json')]
    },
  ],
  ['the last of two', (text) => ['--settings', '{"model":"other"}', '--settings', text]],
]

test.each(shapes)(
  'settings of Claude Code that are given as %s keep all but what leads away',
  async (_, give) => {
    const mine = {
      model: 'm1',
      permissions: { deny: ['Bash'] },
      env: { LANG: 'de', CLAUDE_CODE_USE_VERTEX: '1' },
    }
    const given = give(JSON.stringify(mine), temporaryFolder())
    for (const own of [ledAway, null]) {
      const { args, file, settings, env } = await launchedClaude(own, [
        '-p',
        ...given,
        'hi',
        '--',
        '--settings',
        'x',
      ])
      expect(args).toEqual(['--settings', file, '-p', 'hi', '--', '--settings', 'x'])
      expect(settings).toMatchObject({ model: 'm1', permissions: { deny: ['Bash'] } })
      expect(settings.env).toMatchObject({ ...toProxy, LANG: 'de', CLAUDE_CODE_USE_VERTEX: '' })
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(JSON.stringify([args, env])).not.toContain(SECRET)
    }
  },
)

test.each([
  ['{"model":', 'the text of --settings'],
  ['/no/such/settings.json', 'there is no file /no/such/settings.json'],
  ['.', '. cannot be read'],
])('settings that cannot be read (%s) refuse the start, with a hint', async (given, message) => {
  for (const own of [ledAway, null])
    await expect(launchedClaude(own, ['--settings', given])).rejects.toMatchObject({
      code: 'invalid_value',
      message: expect.stringContaining(message) as string,
      hint: expect.stringContaining('--settings') as string,
    })
})

test('a file of --settings with a list refuses the start', async () => {
  const file = join(temporaryFolder(), 'list.json')
  writeFileSync(file, '[1]')
  await expect(launchedClaude(null, ['--settings', file])).rejects.toThrow('it is not a JSON object')
})

test('--settings without a value is for Claude Code to refuse', async () => {
  expect((await launchedClaude(null, ['-p', '--settings'])).args).toEqual(['-p', '--settings'])
})

test.each(hiddenVariables.filter((name) => /^(ANTHROPIC|CLAUDE)_/.test(name)))(
  'settings of Claude Code with %s lead to the proxy all the same',
  async (name) => {
    const { settings } = await launchedClaude(JSON.stringify({ env: { [name]: '1' } }), [])
    expect(settings.env).toMatchObject({ ...toProxy, [name]: '' })
  },
)

test('settings of Claude Code with comments are read', async () => {
  const { settings } = await launchedClaude(`// mine\n${ledAway.slice(0, -1)},}`, [])
  expect(settings.env).toMatchObject(toProxy)
})

/** Texts in place of the object with the known members. */
const odd = [
  '"x"',
  '[1]',
  'null',
  '1',
  '{',
  '',
  '{"env":"x","security":"x","provider":"x","providers":"x"}',
  '{"env":[1],"security":[1],"provider":[1],"providers":[1]}',
  '{"env":null,"security":null,"provider":null,"providers":null}',
]

test.each(odd)('agents start over a configuration of %j, which counts as empty', async (text) => {
  expect((await launchedClaude(text, ['hi'])).args).toEqual(['hi'])

  const home = temporaryFolder()
  mkdirSync(join(home, '.gemini'))
  writeFileSync(join(home, '.gemini', 'settings.json'), text)
  const gemini = await launched('gemini', [], { GEMINI_CLI_HOME: home })
  const made = readFileSync(join(gemini.env.GEMINI_CLI_HOME!, '.gemini', 'settings.json'), 'utf8')
  const { security } = JSON.parse(made) as { security: object }
  expect(security).toEqual({ auth: { selectedType: 'gemini-api-key' } })

  const folder = temporaryFolder()
  writeFileSync(join(folder, 'models.json'), text)
  const pi = await launched('pi', [], { PI_CODING_AGENT_DIR: folder })
  const models = readFileSync(join(pi.env.PI_CODING_AGENT_DIR!, 'models.json'), 'utf8')
  expect(Object.keys((JSON.parse(models) as { providers: object }).providers)).toEqual(['qwenctl'])

  const opencode = await launched('opencode', [], { OPENCODE_CONFIG_CONTENT: text })
  const { provider } = JSON.parse(opencode.env.OPENCODE_CONFIG_CONTENT!) as { provider: object }
  expect(Object.keys(provider)).toEqual(['anthropic', 'openai', 'qwenctl'])
})

test('an agent that reads variables alone starts as it is', async () => {
  expect(await launched('/usr/bin/python', ['a.py'], {})).toMatchObject({ args: ['a.py'], env: {} })
})

test.each([
  [
    ['-p', 'hi'],
    ['--auth-type', 'openai', '-p', 'hi'],
  ],
  [[], ['--auth-type', 'openai']],
  [
    ['mcp', 'list'],
    ['mcp', 'list'],
  ],
  [['--auth-type=qwen-oauth'], ['--auth-type=qwen-oauth']],
  [
    ['--authType', 'qwen-oauth'],
    ['--authType', 'qwen-oauth'],
  ],
  [
    ['-p', 'review'],
    ['--auth-type', 'openai', '-p', 'review'],
  ],
])('Qwen Code with %j gets its login where its command takes one', async (given, args) => {
  expect((await launched('qwen', given, {})).args).toEqual(args)
})

test('the models of Qwen Code lead to the proxy where its settings have addresses of their own', async () => {
  const home = temporaryFolder()
  const system = join(home, 'system.json')
  writeFileSync(system, '{"tools": {"sandbox": true}}')
  const env = { QWEN_HOME: home, QWEN_CODE_SYSTEM_SETTINGS_PATH: system }
  expect((await launched('qwen', ['-p', 'hi'], env)).env).toEqual({})
  const mine = { openai: [{ id: 'm1', baseUrl: ELSEWHERE, envKey: 'MINE' }] }
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ modelProviders: mine }))
  const launch = await launched('qwen', ['-p', 'hi'], env)
  const file = launch.env.QWEN_CODE_SYSTEM_SETTINGS_PATH!
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    tools: { sandbox: true },
    modelProviders: { openai: [{ id: 'm1', baseUrl: `${URL}/v1`, envKey: 'OPENAI_API_KEY' }] },
  })
  expect(statSync(file).mode & 0o077).toBe(0)
  launch.cleanUp()
  expect(existsSync(file)).toBe(false)
})

test.each([
  ['opencode', 'OPENCODE_DISABLE_DEFAULT_PLUGINS'],
  ['kilo', 'KILO_DISABLE_DEFAULT_PLUGINS'],
])('%s follows no login past the proxy', async (program, variable) => {
  const data = temporaryFolder()
  mkdirSync(join(data, program))
  const file = join(data, program, 'auth.json')
  const key = { type: 'api', key: 'sk-mine' }
  writeFileSync(file, JSON.stringify({ openai: key, 'github-copilot': { type: 'oauth' } }))
  expect((await launched(program, [], { XDG_DATA_HOME: data })).env[variable]).toBeUndefined()
  writeFileSync(file, JSON.stringify({ openai: { type: 'oauth', access: 'a', refresh: 'r', expires: 1 } }))
  expect((await launched(program, [], { XDG_DATA_HOME: data })).env[variable]).toBe('true')
})

test.each([
  [['-p', 'deep', 'exec'], '', 'deep'],
  [['--profile=deep'], '', 'deep'],
  [['-pdeep'], '', 'deep'],
  [['exec', '-p=deep'], 'profile = "mine"\n', 'deep'],
  [['exec', '--', '-pdeep'], 'profile = "mine"\n', 'mine'],
  [['exec', 'hi'], 'profile = "mine"\n', 'mine'],
  [['exec', 'hi'], '', null],
] as const)('Codex with %j and %j gets the provider for its profile too', async (given, text, profile) => {
  const home = temporaryFolder()
  writeFileSync(join(home, 'config.toml'), text)
  const { args } = await launched('codex', given, { CODEX_HOME: home })
  const set = args.filter((arg) => arg.startsWith('profiles.'))
  expect(set).toEqual(profile === null ? [] : [`profiles."${profile}".model_provider="qwenctl"`])
  expect(args.slice(-given.length)).toEqual(given)
})

test('what the user gives opencode for a provider is kept, but for its address and key', async () => {
  const anthropic = { models: { mine: {} }, options: { headers: { a: 'b' }, baseURL: ELSEWHERE } }
  const text = JSON.stringify({ theme: 'dark', provider: { anthropic, other: {} } })
  const { env } = await launched('opencode', [], { OPENCODE_CONFIG_CONTENT: text })
  const options = { baseURL: `${URL}/v1`, apiKey: '{env:OPENAI_API_KEY}' }
  expect(JSON.parse(env.OPENCODE_CONFIG_CONTENT!)).toMatchObject({
    theme: 'dark',
    provider: {
      anthropic: { models: { mine: {} }, options: { headers: { a: 'b' }, ...options } },
      other: {},
      qwenctl: { options, models: { m1: {} } },
    },
  })
})

test.each([
  [
    ['-p', 'list'],
    ['--provider', 'qwenctl', '-p', 'list'],
  ],
  [
    ['install', 'npm:x'],
    ['install', 'npm:x'],
  ],
  [
    ['--provider', 'other'],
    ['--provider', 'other'],
  ],
])('pi with %j gets its provider where its command takes one', async (given, args) => {
  expect((await launched('pi', given, { PI_CODING_AGENT_DIR: temporaryFolder() })).args).toEqual(args)
})

test('a start that fails leaves no temporary folder', async () => {
  const [tmp, own] = [temporaryFolder(), temporaryFolder()]
  vi.stubEnv('TMPDIR', tmp)
  onTestFinished(() => void vi.unstubAllEnvs())
  const models = () => Promise.reject(new Error('no list'))
  const env = { PI_CODING_AGENT_DIR: own }
  await expect(prepareLaunch('pi', [], { url: URL, secret: SECRET, models, env })).rejects.toThrow('no list')
  expect(readdirSync(tmp)).toEqual([])
})

import { DatabaseSync } from 'node:sqlite'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { find, givenFiles, login, readState, TODAY } from './foreign-home.ts'

test('a folder that is a copy of a home gives the files of every tool in it, and none outside', () => {
  const home = givenFiles({
    'copy/.codex/config.toml':
      '[model_providers.sf]\nbase_url = "https://api.siliconflow.com/v1"\nenv_key = "SF"\n',
    'copy/.local/share/opencode/auth.json': { zai: { type: 'api', key: 'zai-key-0123456789abcdef' } },
    'copy/.env': 'GROQ_API_KEY=gsk_0123456789abcdef0123\n',
    '.codex/config.toml': '[model_providers.no]\nbase_url = "https://no.example/v1"\nenv_key = "SF"\n',
  })
  const { findings } = find(null, home, { from: 'copy', env: { SF: 'sk-sf0123456789abcdef' } })
  // Two tools read the same `.env`; the plan has each credential once.
  const providers = new Set(findings.map(({ provider }) => provider))
  expect([...providers].sort()).toEqual(['groq', 'siliconflow', 'zai'])
  const [withoutKey] = find('codex', home, { from: 'copy' }).findings
  expect(withoutKey?.declined).toContain('SF is not set')
})

test('qwen-code: its login is shared, and its settings give one account per key and base URL', () => {
  const home = givenFiles({
    '.qwen/oauth_creds.json': login('a'),
    '.qwen/.env': 'MY_ACME=acme-key-0123456789abcdef\n',
    '.qwen/settings.json': `{
      // as people write it
      "$version": 4,
      "env": { "DASHSCOPE_API_KEY": "sk-settings0123456789", "OPENROUTER_API_KEY": "$ROUTER" },
      "modelProviders": { "openai": [
        { "id": "qwen3.7-plus", "envKey": "DASHSCOPE_API_KEY", "baseUrl": "https://dashscope.aliyuncs.com/compatible-mode/v1" },
        { "id": "qwen3.8-max", "envKey": "DASHSCOPE_API_KEY", "baseUrl": "https://dashscope.aliyuncs.com/compatible-mode/v1" },
        { "id": "acme-1", "envKey": "MY_ACME", "baseUrl": "https://api.acme.example/v1" },
        { "id": "x", "envKey": "NOT_SET" },
      ] },
      "security": { "auth": { "selectedType": "openai", "apiKey": "$DIRECT", "baseUrl": "https://api.deepseek.com" } },
    }`,
  })
  const env = { ROUTER: 'sk-or-v1-0123456789abcdef0123', DIRECT: 'sk-direct0123456789abcdef' }
  const { findings, damaged } = find('qwen-code', home, { env })
  expect(damaged).toEqual([])
  expect(findings).toMatchObject([
    {
      provider: 'qwen-oauth',
      name: 'qwen-code',
      tokens: {
        accessToken: 'access-a-0123456789abcdef',
        baseUrl: 'https://portal.qwen.ai/v1',
        expiresAt: '2026-11-18T11:06:40.000Z',
        sharedFile: join(home, '.qwen/oauth_creds.json'),
      },
    },
    {
      provider: 'qwen',
      baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
      secret: 'sk-settings0123456789',
      declined: null,
    },
    { provider: 'custom', secret: 'acme-key-0123456789abcdef', models: ['acme-1'] },
    { declined: 'NOT_SET is not set here' },
    { provider: 'deepseek', secret: 'sk-direct0123456789abcdef', declined: null },
    { provider: 'openrouter', declined: null },
  ])
})

test('qwen-code: QWEN_HOME may be relative, and a damaged file keeps the others from nothing', () => {
  const home = givenFiles({
    'work/q/oauth_creds.json': { access_token: 'a', refresh_token: 'b' },
    'work/q/settings.json': { security: { auth: { apiKey: 'sk-plain0123456789abcdef' } } },
  })
  const { findings, damaged } = find('qwen-code', home, { env: { QWEN_HOME: './q' } })
  expect(findings).toMatchObject([{ provider: 'openai', secret: 'sk-plain0123456789abcdef' }])
  expect(damaged).toEqual([
    { file: join(home, 'work/q/oauth_creds.json'), reason: 'lacks a token or its time of expiry' },
  ])
})

const counts = {
  lastResetDate: TODAY,
  requests: { alice: 345, default: 12 },
  tokenUsage: { alice: [{ date: TODAY, inputTokens: 900, outputTokens: 80 }] },
}

test.each([
  ['of today', counts, { day: TODAY, requests: 345, inputTokens: 900, outputTokens: 80 }],
  ['of today without tokens', { ...counts, tokenUsage: undefined }, { requests: 345, inputTokens: 0 }],
  ['of another day', { ...counts, lastResetDate: '2026-11-21', tokenUsage: {} }, null],
])('qwen-code-oai-proxy: counts %s', (_, file, expected) => {
  const home = givenFiles({
    '.qwen/oauth_creds_alice.json': login('alice'),
    '.qwen/oauth_creds_1.json': login('one'),
    '.qwen/oauth_creds.json': login('default'),
    '.qwen/request_counts.json': file,
  })
  const { findings } = find('qwen-code-oai-proxy', home)
  expect(findings.map(({ name }) => name)).toEqual(['1', 'alice', 'default'])
  const alice = findings.find(({ name }) => name === 'alice')
  if (expected === null) expect(alice?.countsToday).toBeNull()
  else expect(alice?.countsToday).toMatchObject(expected)
  expect(findings.map(({ tokens }) => tokens?.sharedFile != null)).toEqual([false, false, true])
})

test('qwen-code-oai-proxy: the counts of its database are read, and the database stays as it is', () => {
  const home = givenFiles({ '.qwen/oauth_creds_bob.json': login('bob') })
  const folder = join(home, '.local/share/qwen-proxy')
  mkdirSync(folder, { recursive: true })
  const database = new DatabaseSync(join(folder, 'usage.db'))
  database.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE daily_request_counts (account_id TEXT, reset_date TEXT, count INTEGER);
    CREATE TABLE daily_usage (account_id TEXT, date TEXT, requests INTEGER, input_tokens INTEGER, output_tokens INTEGER);
    INSERT INTO daily_request_counts VALUES ('bob', '${TODAY}', 41), ('bob', '2026-11-21', 900);
    INSERT INTO daily_usage VALUES ('bob', '${TODAY}', 40, 700, 60);`)
  const before = readState(home)
  const { findings } = find('qwen-code-oai-proxy', home)
  expect(readState(home)).toEqual(before)
  database.close()
  expect(findings[0]?.countsToday).toEqual({ day: TODAY, requests: 41, inputTokens: 700, outputTokens: 60 })
})

test('qwen-code-oai-proxy: without a trace of it the only login is left to qwen-code', () => {
  const home = givenFiles({ '.qwen/oauth_creds.json': login('a') })
  expect(find('qwen-code-oai-proxy', home).findings).toEqual([])
  expect(find(null, home).findings).toMatchObject([{ source: 'qwen-code' }])
})

test('CLIProxyAPI: pools become groups, priorities turn round, and client keys and plan logins stay', () => {
  const home = givenFiles({
    '.cli-proxy-api/config.yaml': `
api-keys: [client-key-one]
proxy-url: http://proxy.example:3128
claude-api-key:
  - {api-key: sk-ant-api03-0123456789abcdef, priority: 7, weight: 4, proxy-url: direct}
openai-compatibility:
  - name: acme
    base-url: https://api.acme.example/v1
    api-key-entries: [{api-key: acme-0123456789abcdef, weight: 2}]
    api-keys: [acme-older-0123456789]
    models: [{name: acme-large, alias: big}]`,
    '.cli-proxy-api/qwen-me@example.com.json': login('cli', {
      type: 'qwen',
      email: 'me@example.com',
      expiry_date: undefined,
      expired: '2026-11-22T18:00:00Z',
      disabled: true,
    }),
    '.cli-proxy-api/codex-me.json': { type: 'codex', access_token: 'x', email: 'me@example.com' },
    '.cli-proxy-api/vertex-p.json': { type: 'vertex', service_account: {} },
  })
  const { findings } = find('cli-proxy-api', home)
  expect(findings).toMatchObject([
    { provider: 'anthropic', priority: -7, weight: 4, egressProxy: null },
    {
      provider: 'custom',
      groups: ['acme'],
      weight: 2,
      models: ['acme-large'],
      egressProxy: 'http://proxy.example:3128',
    },
    { provider: 'custom', groups: ['acme'], secret: 'acme-older-0123456789' },
    { provider: 'openai', declined: expect.stringContaining('ChatGPT login') as string },
    {
      provider: 'qwen-oauth',
      name: 'me@example.com',
      enabled: false,
      tokens: { expiresAt: '2026-11-22T18:00:00.000Z', sharedFile: null },
    },
    { declined: expect.stringContaining('Vertex AI') as string },
  ])
  expect(JSON.stringify(findings)).not.toContain('client-key-one')
})

test('LiteLLM: deployments of one key are one account, model names its groups, rpm and tpm its limits', () => {
  const home = givenFiles({
    'work/config.yaml': `
model_list:
  - {model_name: smart, litellm_params: {model: openai/gpt-4o, api_key: os.environ/ONE, rpm: 60, tpm: 100000}}
  - {model_name: fast, litellm_params: {model: openai/gpt-4o-mini, api_key: os.environ/ONE, rpm: 40, tpm: 1000}}
  - {model_name: smart, litellm_params: {model: openai/qwen3.7-max, api_key: sk-literal0123456789, api_base: https://dashscope-intl.aliyuncs.com/compatible-mode/v1}}
  - {model_name: smart, litellm_params: {model: anthropic/claude-x, api_key: os.environ/MISSING}}
  - {model_name: old, litellm_params: {model: bedrock/titan, api_key: k}}
general_settings: {master_key: sk-master0123456789}`,
  })
  const { findings } = find('litellm', home, { env: { ONE: 'sk-one0123456789abcdef0' } })
  expect(findings).toMatchObject([
    {
      provider: 'openai',
      name: 'smart',
      groups: ['smart', 'fast'],
      models: ['gpt-4o', 'gpt-4o-mini'],
      limits: ['100/minute', '101000tokens/minute'],
    },
    { provider: 'qwen', baseUrl: null, groups: ['smart'], limits: [], declined: null },
    { provider: 'anthropic', declined: 'MISSING is not set here' },
    { provider: null, declined: 'qwenctl knows no service bedrock' },
  ])
  expect(JSON.stringify(findings)).not.toContain('sk-master')
})

test('Codex: the API key comes, the ChatGPT login does not', () => {
  const home = givenFiles({
    'c/auth.json': { OPENAI_API_KEY: 'sk-codex0123456789abcdef', tokens: { refresh_token: 'once' } },
  })
  const { findings } = find('codex', home, { env: { CODEX_HOME: join(home, 'c') } })
  expect(findings).toMatchObject([
    { provider: 'openai', name: 'codex', secret: 'sk-codex0123456789abcdef', declined: null },
    { secret: null, declined: expect.stringContaining('a ChatGPT login') as string },
  ])
  expect(JSON.stringify(findings)).not.toContain('once"')
})

test('opencode: keys by service, variables and files in its configuration, no logins', () => {
  const home = givenFiles({
    '.local/share/opencode/auth.json': {
      google: { type: 'api', key: 'AIzaSyA0123456789abcdef' },
      anthropic: { type: 'oauth', refresh: 'r', access: 'a', expires: 1 },
      'some-cloud': { type: 'api', key: 'some-key-0123456789' },
    },
    '.config/opencode/opencode.json': {
      provider: {
        acme: {
          options: { apiKey: '{env:ACME}', baseURL: 'https://api.acme.example/v1' },
          models: { big: {} },
        },
        groq: { options: { apiKey: '{file:./groq.key}' } },
        mistral: { options: { apiKey: '{env:NOT_SET}' } },
      },
    },
    '.config/opencode/groq.key': 'gsk_0123456789abcdef0123\n',
  })
  const { findings } = find('opencode', home, { env: { ACME: 'acme-key-0123456789' } })
  expect(findings).toMatchObject([
    { provider: 'gemini', declined: null },
    { provider: 'anthropic', secret: null, declined: expect.stringContaining('subscription') as string },
    { provider: null, declined: expect.stringContaining('no service some-cloud') as string },
    { provider: 'custom', name: 'acme', secret: 'acme-key-0123456789', models: ['big'] },
    { provider: 'groq', secret: 'gsk_0123456789abcdef0123' },
    { provider: 'mistral', declined: expect.stringContaining('not there') as string },
  ])
})

test('Claude Code: the login is declined without being read into a finding, keys of its settings come', () => {
  const home = givenFiles({
    '.claude/.credentials.json': {
      claudeAiOauth: { accessToken: 'sk-ant-oat01-secret-secret', refreshToken: 'r' },
    },
    '.claude/settings.json': {
      env: { ANTHROPIC_API_KEY: 'sk-ant-api03-0123456789abcdef', ANTHROPIC_AUTH_TOKEN: 'qk_local0123456789' },
    },
  })
  const { findings } = find('claude-code', home)
  expect(findings).toMatchObject([
    {
      secret: null,
      tokens: null,
      declined: expect.stringContaining('its terms allow it in Claude Code') as string,
    },
    { provider: 'anthropic', declined: null },
    { declined: expect.stringContaining('client key of qwenctl') as string },
  ])
  expect(JSON.stringify(findings)).not.toContain('sk-ant-oat01')
})

test.each([
  ['OPENAI_BASE_URL=https://dashscope.aliyuncs.com/compatible-mode/v1', 'qwen', null],
  ['OPENAI_API_BASE=https://api.acme.example/v1', 'custom', null],
  ['OPENAI_BASE_URL=http://127.0.0.1:8080/v1', 'custom', 'client key'],
  ['OPENAI_BASE_URL=http://127.0.0.1:11434/v1', 'ollama', null],
  ['', 'openai', null],
])('.env: OPENAI_API_KEY beside "%s" is of %s', (line, provider, declined) => {
  const home = givenFiles({ 'work/.env': `export OPENAI_API_KEY="sk-0123456789abcdef0123"\n${line}\n` })
  const [finding] = find('env-files', home).findings
  expect(finding?.provider).toBe(provider)
  if (declined === null) expect(finding?.declined).toBeNull()
  else expect(finding?.declined).toContain(declined)
})

test('environment: every known name is a key of its provider, placeholders are none', () => {
  const env = {
    DASHSCOPE_API_KEY: 'sk-a0123456789abcdef',
    BAILIAN_CODING_PLAN_API_KEY: 'sk-sp-0123456789abcdef',
    XAI_API_KEY: 'xai-0123456789abcdef',
    GROQ_API_KEY_1: 'gsk_one0123456789abcdef',
    GROQ_API_KEY_2: 'gsk_two0123456789abcdef',
    MISTRAL_API_KEY: 'your-key-here',
    UNRELATED: 'sk-unrelated0123456789',
  }
  const { findings } = find('environment', givenFiles({}), { env })
  expect(findings.map(({ provider, name, declined }) => [provider, name, declined])).toEqual([
    ['qwen', 'qwen', null],
    ['groq', 'groq', null],
    ['groq', 'groq', null],
    ['mistral', 'mistral', 'a placeholder, not a key'],
    ['xai', 'xai', null],
    ['qwen', 'coding-plan', null],
  ])
})

test('accounts.yaml: settings and credential of each folder, whichever file holds it', () => {
  const home = givenFiles({
    'work/accounts.yaml': `accounts:
  - {id: 1, name: work, username: alice, enabled: true, folder: data/one}
  - {id: 2, name: spare, username: bob, enabled: false, folder: data/two}
  - {id: 3, name: third, folder: data/three}
  - {id: 4, name: gone, folder: data/four}
  - {id: 5, name: all, folder: ../work}`,
    'work/data/one/settings.yaml':
      'provider: qwen\napiKey: sk-one0123456789abcdef\nlimits: [500/day]\ngroups: [night]\npriority: 2\nrpm: 30',
    'work/data/two/settings.yaml': 'daily_limit: 1000',
    'work/data/two/oauth_creds.json': login('two'),
    'work/data/three/settings.yaml': 'models: [a]',
  })
  const { findings } = find('accounts-yaml', home)
  expect(findings).toMatchObject([
    {
      name: 'work',
      provider: 'qwen',
      limits: ['500/day', '30/minute'],
      groups: ['night'],
      priority: 2,
      enabled: true,
      folder: join(home, 'work/data/one'),
    },
    { name: 'spare', provider: 'qwen-oauth', limits: ['1000/day'], enabled: false },
    { name: 'third', declined: expect.stringContaining('holds a credential') as string },
    { name: 'gone', declined: expect.stringContaining('is not there') as string },
    { name: 'all', declined: expect.stringContaining('the list itself') as string },
  ])
})

test('CSV and JSON lists: the same columns, however they are spelled', () => {
  const home = givenFiles({
    'keys.csv':
      'Provider,Name,API key,Base URL,Groups,Limits,Priority,Weight,Enabled\r\n' +
      'qwen,work,sk-csv0123456789abcdef,,"night, day",500/day;60/minute,1,3,yes\r\n' +
      ',other,key-0123456789abcdef,https://api.acme.example/v1,,,,,no\r\n\r\n',
    'keys.json': [{ provider: 'qwen', name: 'work', apiKey: 'sk-csv0123456789abcdef', limits: ['500/day'] }],
    'broken.csv': 'provider,key\nqwen,a,b\n',
  })
  expect(find('table-file', home, { from: 'keys.csv' }).findings).toMatchObject([
    {
      provider: 'qwen',
      secret: 'sk-csv0123456789abcdef',
      groups: ['night', 'day'],
      limits: ['500/day', '60/minute'],
      priority: 1,
      weight: 3,
      enabled: true,
    },
    { provider: 'custom', baseUrl: 'https://api.acme.example/v1', enabled: false },
  ])
  expect(find(null, home, { from: 'keys.json' }).findings).toMatchObject([
    { source: 'table-file', provider: 'qwen', limits: ['500/day'] },
  ])
  expect(find(null, home, { from: 'broken.csv' }).damaged).toMatchObject([
    { reason: 'has 3 fields in row 2 for 2 columns' },
  ])
})

test.each([
  ['oauth_creds_eve.json', login('eve'), 'qwen-code-oai-proxy'],
  ['creds.json', login('eve'), 'qwen-code'],
  ['auth.json', { OPENAI_API_KEY: 'sk-0123456789abcdef0123' }, 'codex'],
  ['other/auth.json', { groq: { type: 'api', key: 'gsk_0123456789abcdef01' } }, 'opencode'],
  [
    'x.yaml',
    'model_list: [{model_name: a, litellm_params: {model: groq/a, api_key: gsk_01234567890123456}}]',
    'litellm',
  ],
  ['y.yaml', 'gemini-api-key: [{api-key: AIzaSyA0123456789abcdef}]', 'cli-proxy-api'],
  ['prod.env', 'GROQ_API_KEY=gsk_0123456789abcdef01', 'env-files'],
])('with --from %s alone, its form says what it is of', (file, content, source) => {
  const home = givenFiles({ [file]: content })
  expect(find(null, home, { from: file }).findings).toMatchObject([{ source }])
})

test('when nothing is there, it says where it looked; when a file is of nothing known, its name', () => {
  const { findings, looked } = find(null, givenFiles({}))
  expect(findings).toEqual([])
  expect(looked.length).toBeGreaterThan(15)
  expect(find(null, givenFiles({ 'a.json': '[]' }), { from: 'a.json' }).damaged).toMatchObject([
    { reason: 'holds nothing of a kind that qwenctl knows' },
  ])
})

test('when a file is damaged, the reason does not quote it', () => {
  const home = givenFiles({
    '.codex/auth.json': '{"OPENAI_API_KEY": sk-planted-0123456789}',
    'work/config.yaml': 'model_list:\n  - {api_key: sk-planted-0123456789, ]\n',
  })
  const { damaged } = find(null, home)
  expect(damaged.map(({ reason }) => reason)).toEqual(['is not valid YAML (line 2)', 'is not valid JSON'])
})

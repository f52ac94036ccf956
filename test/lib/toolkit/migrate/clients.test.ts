import { expect, test } from 'vitest'
import { find, givenFiles } from './foreign-home.ts'

const KEY = 'sk-proj-0123456789abcdef0'

test('Continue: a key of several models is one account, and secrets come from the .env beside it', () => {
  const home = givenFiles({
    '.continue/.env': 'MISTRAL=mistral-0123456789abcdef\n',
    '.continue/config.yaml': `name: Main
schema: v1
models:
  - {name: A, provider: openai, model: gpt-5, apiKey: ${KEY}}
  - {name: B, provider: openai, model: gpt-5-mini, apiKey: ${KEY}}
  - {name: C, provider: mistral, model: m, apiKey: "\${{ secrets.MISTRAL }}"}
  - {name: D, provider: groq, model: g, apiKey: "\${{ secrets.NONE }}"}
  - {name: E, provider: ollama, model: q}
  - {name: F, provider: openai, model: gpt-5}
  - {uses: anthropic/claude, with: {ANTHROPIC_API_KEY: "\${{ secrets.NONE }}"}}`,
  })
  const { findings, leftOut } = find('continue', home)
  expect(findings).toMatchObject([
    { provider: 'openai', name: 'A', models: null },
    { provider: 'mistral', secret: 'mistral-0123456789abcdef', declined: null },
    { provider: 'groq', declined: 'NONE is not set here' },
    { provider: 'ollama', withoutKey: true, declined: null },
    { provider: 'openai', name: 'F', declined: 'its key is empty' },
  ])
  expect(leftOut).toMatchObject([{ reason: expect.stringContaining('anthropic/claude') as string }])
})

test('aider: keys, other services and variables; what stays behind is named', () => {
  const home = givenFiles({
    'work/.aider.conf.yml': `openai-api-key: ${KEY}
openai-api-base: https://relay.example/v1
api-key: [gemini=AIzaSy0123456789abcdef, xai=xai-0123456789abcdef]
set-env: [GROQ_API_KEY=gsk_0123456789abcdef]
alias: ["fast:gpt-5-mini"]`,
  })
  const { findings, leftOut } = find('aider', home)
  expect(findings.map(({ provider, baseUrl }) => [provider, baseUrl])).toEqual(
    expect.arrayContaining([
      ['custom', 'https://relay.example/v1'],
      ['gemini', null],
      ['groq', null],
    ]),
  )
  expect(findings).toHaveLength(4)
  expect(leftOut).toHaveLength(1)
})

test.each([
  'AIDER_OPENAI_API_KEY=sk-0123456789abcdef\nAIDER_OPENAI_API_BASE=https://relay.example/v1\n',
  'OPENAI_API_KEY=sk-0123456789abcdef\nAIDER_OPENAI_API_BASE=https://relay.example/v1\n',
  'AIDER_OPENAI_API_KEY=sk-0123456789abcdef\nOPENAI_API_BASE=https://relay.example/v1\n',
])('aider: the key of %j never goes to the public service', (text) => {
  const home = givenFiles({ 'work/.env': text })
  expect(find('env-files', home).findings).toMatchObject([
    { provider: 'custom', baseUrl: 'https://relay.example/v1', secret: 'sk-0123456789abcdef' },
  ])
})

const ROUTER = 'https://router.example/v1'
const OWN = 'sk-0123456789abcdef'
const OF_AIDER = 'sk-fedcba9876543210'

test.each([
  ['OPENAI', `AIDER_OPENAI_API_KEY=${OF_AIDER}`, 'openai'],
  ['OPENAI', `AIDER_OPENAI_API_KEYS=${OF_AIDER}`, 'openai'],
  ['OPENAI', `AIDER_API_KEY=openai=${OF_AIDER}`, 'openai'],
  ['GROQ', `AIDER_API_KEY=groq=${OF_AIDER}`, 'groq'],
])('aider: beside a key of its own, the %s key stays with its service (%s)', (stem, line, provider) => {
  const home = givenFiles({
    'work/.env': `${stem}_API_KEY=${OWN}\n${line}\nAIDER_${stem}_API_BASE=${ROUTER}\n`,
  })
  const { findings, leftOut } = find('env-files', home)
  const places = findings.map(({ provider: at, baseUrl, secret }) => [secret, at, baseUrl])
  expect(places).toHaveLength(2)
  expect(places).toContainEqual([OWN, provider, null])
  expect(places).toContainEqual([OF_AIDER, 'custom', ROUTER])
  expect(leftOut).toEqual([])
})

test('aider: without a key of its own, the usual key gets its base URL, and a note names the variable', () => {
  const home = givenFiles({
    'work/.env': `OPENAI_API_KEY=${OWN}\nAIDER_OPENAI_API_KEY=\nAIDER_OPENAI_API_BASE=${ROUTER}\n`,
  })
  const { findings } = find('env-files', home)
  expect(findings).toMatchObject([{ secret: OWN, baseUrl: ROUTER }])
  expect(findings[0]?.notes).toContain('its base URL is from AIDER_OPENAI_API_BASE')
})

test('aider: a .env with AIDER_API_KEY gives a key for each service, and no line for a key left out', () => {
  const home = givenFiles({
    'work/.env': 'AIDER_API_KEY=gemini=AIzaSy0123456789abcdef,groq=gsk_0123456789abcdef\n',
  })
  const { findings, leftOut } = find('env-files', home)
  expect(findings.map(({ provider }) => provider).toSorted()).toEqual(['gemini', 'groq'])
  expect(leftOut).toEqual([])
})

test('llm: an unknown name is declined with the next command', () => {
  const home = givenFiles({
    '.config/io.datasette.llm/keys.json': {
      '// Note': 'x',
      claude: 'sk-ant-api03-0123456789abcdef',
      mine: 'k-0123',
    },
  })
  expect(find('llm', home).findings).toMatchObject([
    { provider: 'anthropic', declined: null },
    { declined: expect.stringContaining('no service mine') as string },
  ])
})

test('Codex: config.toml gives an account for each service with a key', () => {
  const home = givenFiles({
    '.codex/config.toml': `model = "x"
[model_providers.acme]
base_url = "https://api.acme.example/v1"
env_key = "ACME"
http_headers = { "x-team" = "a" }
[model_providers.azure]
base_url = "https://r.openai.azure.com/openai"
env_key = "AZ"
query_params = { api-version = "2025-04-01-preview" }
[model_providers.local]
base_url = "http://127.0.0.1:11434/v1"
[model_providers.pool]
base_url = "http://127.0.0.1:3000/v1"
env_key = "QK"`,
  })
  const env = { ACME: 'acme-0123456789', QK: 'qk_0123456789' }
  expect(find('codex', home, { env }).findings).toMatchObject([
    {
      baseUrl: 'https://api.acme.example/v1',
      notes: ['from ACME', expect.stringContaining('x-team') as string],
    },
    { baseUrl: 'https://r.openai.azure.com/openai/v1', declined: 'AZ is not set here' },
    { withoutKey: true, declined: null },
    { declined: expect.stringContaining('client key') as string },
  ])
})

test.each([
  ['https://api.z.ai/api/anthropic', null],
  ['https://api.moonshot.ai/anthropic', null],
  ['https://api.deepseek.com/anthropic', null],
  ['https://openrouter.ai/api', null],
  ['https://gateway.example', 'gateway'],
  ['http://127.0.0.1:3000', 'client key'],
])('Claude Code: the token of %s is declined: %s', (base, declined) => {
  const env = { ANTHROPIC_BASE_URL: base, ANTHROPIC_AUTH_TOKEN: 'token-0123456789abcdef' }
  const { findings, leftOut } = find('claude-code', givenFiles({ '.claude/settings.json': { env } }))
  const [finding] = findings
  expect(leftOut).toEqual([])
  if (declined === null) expect(finding?.declined).toBeNull()
  else expect(finding?.declined).toContain(declined)
})

test.each([
  // A region without an endpoint of its own speaks the dialect that the client uses there.
  ['https://api.kimi.ai/coding', 'anthropic', 'https://api.kimi.ai/coding'],
  ['https://api.kimi.com/coding', 'moonshot', 'https://api.kimi.com/coding'],
  ['https://api.minimax.chat/anthropic', 'minimax', 'https://api.minimax.chat/anthropic'],
])('ANTHROPIC_BASE_URL=%s is an account of %s', (base, provider, baseUrl) => {
  const env = { ANTHROPIC_BASE_URL: base, ANTHROPIC_API_KEY: 'key-0123456789abcdef' }
  const [finding] = find('claude-code', givenFiles({ '.claude/settings.json': { env } })).findings
  expect(finding).toMatchObject({ provider, baseUrl, declined: null })
})

test.each([
  ['OPENAI_API_KEYS', 'a-0123456789abcdef,b-0123456789abcdef', ['openai', 'openai']],
  ['OPENAI_KEYS', 'a-0123456789abcdef', ['openai']],
  ['OPENAI_API_KEY_2', 'a-0123456789abcdef', ['openai']],
  ['GEMINI_API_KEYS_1', '["a-0123456789abcdef"]', ['gemini']],
  ['MOONSHOT_API_KEY', 'a-0123456789abcdef', ['custom']],
  ['API_KEYS', `["AIzaSy0123456789012345678901234567890ab"]`, ['gemini']],
  ['API_KEYS', 'nothing-known-0123', [null]],
  // Many services issue such keys, of any length: none may get one by a guess.
  ['API_KEYS', 'sk-0123456789', [null]],
  ['API_KEYS', 'sk-0123456789abcdef0123456789abcdef', [null]],
  ['API_KEYS', 'sk-sp-0123456789abcdef', [null]],
  ['API_KEYS', 'sk-ant-api03-0123456789abcdef,sk-or-v1-0123456789abcdef', ['anthropic', 'openrouter']],
  ['OPENAI_API_KEY_ID', 'a-0123456789abcdef', []],
])('.env: %s=%s is of %j', (name, value, providers) => {
  const home = givenFiles({ 'work/.env': `${name}=${value}\n` })
  const { findings } = find('env-files', home)
  // A service that has become a provider is no longer custom.
  expect(findings.map(({ provider }) => (provider === 'moonshot' ? 'custom' : provider))).toEqual(providers)
})

test('.env: a variable of an unknown service needs a base URL, and is named without one', () => {
  const home = givenFiles({
    'work/.env':
      'ACME_API_KEY=acme-0123456789\nACME_BASE_URL=https://api.acme.example/v1\nOTHER_API_KEY=x-0123456789\n',
  })
  const { findings, leftOut } = find('env-files', home)
  expect(findings).toMatchObject([{ provider: 'custom', name: 'api.acme.example', declined: null }])
  expect(leftOut).toMatchObject([{ reason: expect.stringContaining('OTHER_API_KEY') as string }])
})

test('accounts.yaml: of several keys in one .env, the key of its service counts, and a note names the rest', () => {
  const home = givenFiles({
    'work/accounts.yaml': `accounts:
  - {id: a, name: one, provider: anthropic, folder: a}
  - {id: b, name: two, folder: b}`,
    'work/a/.env':
      'OPENAI_API_KEY=sk-0123456789abcdef\nANTHROPIC_API_KEY=sk-ant-api03-0123456789abcdef\nGROQ_API_KEY=gsk_0123456789abcdef\n',
    'work/b/.env': 'GROQ_API_KEY=gsk_0123456789abcdef\n',
  })
  const { findings } = find('accounts-yaml', home)
  expect(findings).toMatchObject([{ provider: 'anthropic', declined: null }, { provider: 'groq' }])
  expect(findings[0]?.notes.join()).toMatch(/2 more keys of .*a\/\.env left behind; next: .* --from .*\.env/)
  expect(findings[1]?.notes.join()).not.toContain('left behind')
})

test('accounts.yaml in config/: folders from the root of the project, labels, limits and states', () => {
  const home = givenFiles({
    'work/config/accounts.yaml': `version: "1.0"
accounts:
  - {id: account1, name: "GrnStore - Main", username: "@GrnStore4347", enabled: true, folder: accounts/one}
  - {id: account2, name: two, enabled: false, folder: accounts/two}
  - {id: account3, name: inline, provider: qwen, api_key: sk-inline0123456789abcdef}
settings: {max_concurrent_accounts: 5, theme: dark}`,
    'work/accounts/one/config/settings.yaml': `provider: qwen\napi_key: sk-one0123456789abcdef\nrate_limits: {requests_per_day: 100, requests_per_hour: 20}`,
    'work/accounts/two/key': 'gsk_0123456789abcdef0123',
  })
  const { findings, leftOut } = find('accounts-yaml', home)
  expect(findings).toMatchObject([
    { provider: 'qwen', label: 'GrnStore - Main', limits: ['100/day', '20/hour'], enabled: true },
    { provider: 'groq', label: null, enabled: false },
    { provider: 'qwen', secret: 'sk-inline0123456789abcdef' },
  ])
  expect(leftOut).toMatchObject([{ reason: expect.stringMatching(/^settings\.theme:/) as string }])
})

test('aider: an entry without a name is named, not lost', () => {
  const home = givenFiles({ 'work/.aider.conf.yml': `api-key: [gemini=AIzaSy0123456789abcdef, ${KEY}]\n` })
  const { findings, leftOut } = find('aider', home)
  expect(findings).toMatchObject([{ provider: 'gemini' }])
  expect(leftOut).toMatchObject([{ reason: 'api-key: an entry is not NAME=KEY' }])
  expect(JSON.stringify(leftOut)).not.toContain(KEY)
})

test('opencode: headers and providers with other credentials are named', () => {
  const home = givenFiles({
    'work/opencode.json': JSON.stringify({
      provider: {
        moonshot: {
          options: { baseURL: 'https://api.moonshot.ai/v1', apiKey: KEY, headers: { 'X-A': 'b' } },
        },
        'amazon-bedrock': { options: { region: 'us-east-1', profile: 'mine' } },
        openai: { models: { 'gpt-5': {} } },
      },
    }),
  })
  const { findings, leftOut } = find('opencode', home)
  expect(findings).toMatchObject([{ provider: 'moonshot', notes: ['its own headers are left behind: X-A'] }])
  expect(leftOut).toMatchObject([{ reason: expect.stringContaining('amazon-bedrock') as string }])
})

test.each([
  { name: 'cohere', params: { apiKey: KEY } },
  { name: 'cohere', apiKey: KEY },
  { provider: 'cohere', model: 'rerank-v3.5', apiKey: KEY },
  { name: 'mine', provider: 'cohere', params: { model: 'rerank-v3.5', apiKey: KEY } },
])('Continue: the reranker of an older configuration has its key: %j', (reranker) => {
  const home = givenFiles({
    '.continue/config.json': JSON.stringify({
      models: [{ title: 'A', provider: 'groq', model: 'g', apiKey: 'gsk_0123456789abcdef' }],
      reranker,
    }),
  })
  expect(find('continue', home).findings).toMatchObject([
    { provider: 'groq' },
    { provider: 'cohere', secret: KEY, declined: null },
  ])
})

test('a key of Azure is one account, with the address beside it', () => {
  const home = givenFiles({
    'work/.env':
      'AZURE_OPENAI_API_KEY=0123456789abcdef0123\nAZURE_OPENAI_ENDPOINT=https://r.openai.azure.com/\n',
  })
  expect(find('env-files', home).findings).toMatchObject([
    { provider: 'azure', baseUrl: 'https://r.openai.azure.com/openai/v1', declined: null },
  ])
})

test.each([
  ['AZURE_OPENAI_API_KEY', 'AZURE_OPENAI_API_BASE=https://r.openai.azure.com'],
  ['AZURE_OPENAI_API_KEY', 'AZURE_ENDPOINT=https://r.openai.azure.com'],
  ['AZURE_API_KEY', 'AZURE_BASE_URL=https://r.openai.azure.com'],
  ['AZURE_API_KEY', 'AZURE_OPENAI_ENDPOINT=https://r.openai.azure.com'],
  ['AZURE_OPENAI_API_KEY_2', 'AZURE_OPENAI_ENDPOINT=https://r.openai.azure.com'],
  ['AZURE_API_KEY', 'AZURE_RESOURCE_NAME=r'],
])('a key of Azure in %s has the resource of %s', (name, beside) => {
  const home = givenFiles({ 'work/.env': `${name}=0123456789abcdef0123\n${beside}\n` })
  expect(find('env-files', home).findings).toMatchObject([
    { provider: 'azure', name: 'azure', baseUrl: 'https://r.openai.azure.com/openai/v1', declined: null },
  ])
})

test.each([
  ['0123456789abcdef0123', 'AZURE_OPENAI_ENDPOINT is not set here'],
  ['${NOPE}', 'NOPE is not set here'],
])('a key of Azure that cannot be used says why: %s', (key, reason) => {
  const home = givenFiles({ 'work/.env': `AZURE_OPENAI_API_KEY=${key}\n` })
  expect(find('env-files', home).findings).toMatchObject([
    { declined: expect.stringContaining(reason) as string },
  ])
})

import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { find, givenFiles } from './foreign-home.ts'

const KEY = 'sk-proj-0123456789abcdef0'

test('LiteLLM: names and fallbacks become chains, order the tier, and other parameters are named', () => {
  const home = givenFiles({
    'work/config.yaml': `
include: [more/models.yaml, more/none.yaml]
x-base: &base {api_key: ${KEY}1, timeout: 9}
model_list:
  - {model_name: smart, litellm_params: {<<: *base, model: openai/gpt-5, order: 2}}
  - {model_name: azure, litellm_params: {model: azure/mine, api_base: "https://r.openai.azure.com", api_key: abcdef0123456789abcdef}}
  - {model_name: entra, litellm_params: {model: azure/x, api_base: "https://r.openai.azure.com", tenant_id: t}}
router_settings:
  model_group_alias: {clever: smart}
  fallbacks: [{smart: [spare]}]`,
    'work/more/models.yaml': `model_list:
  - {model_name: spare, litellm_params: {model: groq/llama, api_key: "\${GROQ:-gsk_0123456789abcdef}"}}`,
  })
  const { findings, leftOut } = find('litellm', home)
  expect(findings).toMatchObject([
    {
      provider: 'openai',
      priority: 2,
      notes: ['left behind: timeout'],
      aliases: [
        { name: 'smart', model: 'gpt-5', rank: 0 },
        { name: 'clever', model: 'gpt-5', rank: 0 },
      ],
    },
    { baseUrl: 'https://r.openai.azure.com/openai/v1', models: ['mine'], declined: null },
    { declined: expect.stringContaining('Entra') as string },
    {
      provider: 'groq',
      secret: 'gsk_0123456789abcdef',
      aliases: [
        { name: 'spare', model: 'llama', rank: 0 },
        { name: 'smart', model: 'llama', rank: 1 },
      ],
    },
  ])
  expect(leftOut).toMatchObject([{ reason: expect.stringContaining('more/none.yaml') as string }])
})

test('LiteLLM: a service or a variable with the name of a member of every object is unknown', () => {
  const home = givenFiles({
    'work/config.yaml': `
model_list:
  - {model_name: one, litellm_params: {model: constructor/x, api_key: ${KEY}}}
  - {model_name: two, litellm_params: {model: openai/gpt-5, api_key: os.environ/constructor}}`,
  })
  const { findings } = find('litellm', home)
  expect(findings).toMatchObject([
    { provider: null, models: ['x'] },
    { provider: 'openai', declined: expect.stringContaining('constructor') as string },
  ])
})

test('CLIProxyAPI: an alias is a name for clients, and client keys are named as left out', () => {
  const home = givenFiles({
    '.cli-proxy-api/config.yaml': `
api-keys: [client]
openai-compatibility:
  - {name: acme, base-url: "https://api.acme.example/v1", disabled: true, api-key-entries: [{api-key: ${KEY}1}], models: [{name: large, alias: big}]}`,
  })
  const { findings, leftOut } = find('cli-proxy-api', home)
  expect(findings).toMatchObject([
    { enabled: false, models: ['large'], aliases: [{ name: 'big', model: 'large' }] },
  ])
  expect(leftOut).toMatchObject([{ reason: expect.stringContaining('api-keys') as string }])
})

test('claude-code-router: a call becomes a base URL, and routes and the client key are named', () => {
  const home = givenFiles({
    '.claude-code-router/config.json': {
      APIKEY: 'client',
      PROXY_URL: 'http://127.0.0.1:7890',
      Providers: [
        {
          name: 'a',
          api_base_url: 'https://api.acme.example/v1/chat/completions',
          api_key: KEY,
          models: ['x'],
        },
        {
          name: 'm',
          api_base_url: 'https://api.z.ai/api/anthropic/v1/messages',
          api_key: '${ZAI}',
          models: [],
        },
        {
          name: 'ollama',
          api_base_url: 'http://localhost:11434/v1/chat/completions',
          api_key: 'ollama',
          models: ['q'],
        },
        { name: 'n', api_base_url: 'https://b.example/v1', api_key: '$NONE' },
      ],
      Router: { default: 'a,x', longContext: 'm,y', longContextThreshold: 60000 },
      CUSTOM_ROUTER_PATH: '/home/me/router.js',
    },
  })
  const { findings, leftOut } = find('claude-code-router', home, { env: { ZAI: 'zai-0123456789' } })
  expect(findings).toMatchObject([
    { baseUrl: 'https://api.acme.example/v1', egressProxy: 'http://127.0.0.1:7890', models: ['x'] },
    { baseUrl: expect.stringMatching(/^https:\/\/api\.z\.ai\/api\/anthropic/) as string, declined: null },
    { baseUrl: 'http://localhost:11434/v1', secret: null, withoutKey: true, declined: null },
    { declined: 'NONE is not set here' },
  ])
  expect(findings[2]).toMatchObject({
    egressProxy: null,
    notes: [expect.stringContaining('PROXY_URL') as string],
  })
  expect(leftOut.map(({ reason }) => reason.split(':')[0])).toEqual([
    'APIKEY',
    'CUSTOM_ROUTER_PATH',
    'Router',
  ])
  expect(leftOut[2]?.reason).toContain('default = a/x, longContext = m/y, longContextThreshold = 60000')
})

test('claude-code-router 3: the database has pools of credentials with their order', () => {
  const home = givenFiles({ '.claude-code-router/x': '' })
  const database = new DatabaseSync(join(home, '.claude-code-router/config.sqlite'))
  const config = {
    APIKEY: '',
    Router: { builtInRules: { codex: { enabled: true } }, fallback: { mode: 'off' }, rules: [] },
    Providers: [
      {
        name: 'pool',
        baseUrl: 'https://api.acme.example',
        type: 'anthropic_messages',
        models: ['x'],
        apiKey: `${KEY}0`,
        credentials: [
          { apiKey: `${KEY}1`, priority: 2, weight: 3, limits: { rpm: 5 } },
          { api_key: `${KEY}2`, enabled: false },
        ],
      },
      {
        name: 'single',
        api_base_url: 'https://api.deepseek.com',
        apikey: `${KEY}3`,
        enabled: false,
        models: [],
      },
    ],
  }
  database.exec('CREATE TABLE app_config (key TEXT PRIMARY KEY, value_json TEXT NOT NULL, updated_at TEXT)')
  database.prepare('INSERT INTO app_config VALUES (?, ?, ?)').run('default', JSON.stringify(config), '')
  database.close()
  const { findings, leftOut } = find('claude-code-router', home)
  expect(findings).toMatchObject([
    { name: 'pool', secret: `${KEY}1`, priority: 2, weight: 3, enabled: true, models: ['x'] },
    { name: 'pool', secret: `${KEY}2`, priority: 1, enabled: false },
    { provider: 'deepseek', secret: `${KEY}3`, enabled: false },
  ])
  expect(findings[0]?.notes).toEqual([expect.stringContaining('limits') as string])
  expect(leftOut).toEqual([])
})

test('claude-code-router: shares and places become whole numbers, and a share of 0 is disabled', () => {
  const home = givenFiles({
    '.claude-code-router/config.json': {
      PROXY_URL: 'http://127.0.0.1:7890',
      Providers: [
        {
          name: 'pool',
          api_base_url: 'http://ollama.localhost:11434/v1',
          credentials: [
            { apiKey: `${KEY}1`, priority: 1.5, weight: 0.5 },
            { apiKey: `${KEY}2`, weight: 0 },
            { apiKey: `${KEY}3`, weight: 2 },
          ],
        },
      ],
    },
  })
  const { findings } = find('claude-code-router', home)
  const rest = { egressProxy: null, declined: null }
  expect(findings).toMatchObject([
    { ...rest, priority: 2, weight: 1, enabled: true },
    { ...rest, priority: 1, weight: 1, enabled: false },
    { ...rest, priority: 2, weight: 2, enabled: true },
  ])
  const changes = findings.map(({ notes }) => notes.filter((note) => /becomes|disabled/.test(note)))
  expect(changes).toEqual([
    ['its priority 1.5 becomes 2', 'its weight 0.5 becomes 1'],
    ['disabled: its weight is 0'],
    [],
  ])
})

const channel = {
  type: 1,
  key: `${KEY}1\n${KEY}2`,
  name: 'main',
  base_url: '',
  models: 'gpt-5',
  priority: 10,
  status: 1,
}

test.each([
  ['new-api', { tag: null, auto_ban: 1 }, 43, 'deepseek'],
  ['one-api', { config: '' }, 36, 'deepseek'],
  ['one-api', { config: '' }, 29, 'groq'],
  ['new-api', { tag: null }, 29, null],
])('channels of %s with %j: type %i is %s', (_, marks, type, provider) => {
  const home = givenFiles({ 'c.json': { data: [{ ...channel, ...marks, type }] } })
  expect(find(null, home, { from: 'c.json' }).findings[0]?.provider).toBe(provider)
})

test('one-api: a declined channel is one row, and a mapping that it cannot use is named', () => {
  const home = givenFiles({
    'channels.json': [
      { ...channel, type: 33, key: 'AKIA0123|secret|us-east-1' },
      { ...channel, key: KEY, model_mapping: '{"fast":"gpt-5"}' },
    ],
  })
  const { findings } = find('new-api', home, { from: 'channels.json' })
  expect(findings).toMatchObject([
    { declined: expect.stringContaining('Bedrock') as string },
    { notes: [expect.stringContaining('fast') as string] },
  ])
})

test('new-api: a channel without models, or one that cannot be read, takes no other channel away', () => {
  const full = { id: 1, type: 43, name: 'full', key: KEY, models: 'deepseek-chat' }
  const home = givenFiles({
    'channels.json': [
      full,
      { id: 2, type: 43, name: 'bare', key: `${KEY}2` },
      { id: 3, name: 'odd', key: `${KEY}3` },
    ],
  })
  const { findings } = find('new-api', home, { from: 'channels.json' })
  expect(findings).toMatchObject([
    { name: 'full', provider: 'deepseek', models: ['deepseek-chat'], declined: null },
    { name: 'bare', provider: 'deepseek', models: null, declined: null },
    { name: 'odd', provider: null, declined: expect.stringContaining('type 0') as string },
  ])
})

test('new-api: every key, its state, mapping and tier, from the database too', () => {
  const home = givenFiles({ 'work/x.txt': '' })
  const path = join(home, 'one-api.db')
  const database = new DatabaseSync(path)
  database.exec(`CREATE TABLE channels (id INTEGER, type INTEGER, key TEXT, name TEXT, base_url TEXT, models TEXT,
      model_mapping TEXT, "group" TEXT, priority INTEGER, weight INTEGER, status INTEGER, tag TEXT, setting TEXT, channel_info TEXT);
    INSERT INTO channels VALUES (1, 1, '${KEY}1' || char(10) || '${KEY}2', 'main', 'https://relay.example', 'fast,gpt-5',
      '{"fast":"gpt-5-mini"}', 'default,vip', 10, 0, 1, 't', '{"proxy":"socks5://127.0.0.1:1"}', '{"multi_key_status_list":{"1":2}}');
    INSERT INTO channels VALUES (2, 33, 'k', 'aws', '', 'a', '', '', 0, 0, 3, '', '', '');`)
  database.close()
  const { findings } = find(null, home, { from: 'one-api.db' })
  expect(findings).toMatchObject([
    {
      baseUrl: 'https://relay.example/v1',
      enabled: true,
      priority: -10,
      weight: 1,
      groups: ['vip'],
      models: ['gpt-5-mini', 'gpt-5'],
      aliases: [{ name: 'fast', model: 'gpt-5-mini' }],
      egressProxy: 'socks5://127.0.0.1:1',
    },
    { secret: `${KEY}2`, enabled: false },
    { declined: expect.stringContaining('AWS') as string },
  ])
})

test('a list of channels without keys says where they are', () => {
  const home = givenFiles({ 'c.json': { data: { items: [{ ...channel, key: '' }] } } })
  const { findings } = find(null, home, { from: 'c.json' })
  expect(findings[0]?.declined).toContain('--from one-api.db')
})

test('sub2api: keys with their tier, proxy and mapping; logins are declined', () => {
  const account = { platform: 'openai', type: 'apikey', concurrency: 3, priority: 7, proxy_key: 'p' }
  const credentials = {
    api_key: KEY,
    base_url: 'https://relay.example/v1',
    model_mapping: { fast: 'gpt-5-mini' },
  }
  const home = givenFiles({
    's.json': {
      type: 'sub2api-data',
      proxies: [
        { proxy_key: 'p', protocol: 'socks5', host: '127.0.0.1', port: 9, username: 'u', password: 'w' },
      ],
      accounts: [
        { ...account, name: 'a', credentials },
        { ...account, name: 'b', status: 'inactive', credentials: { api_key: KEY } },
        { ...account, name: 'c', type: 'oauth', credentials: { access_token: 'x' } },
      ],
    },
  })
  expect(find(null, home, { from: 's.json' }).findings).toMatchObject([
    { provider: 'custom', priority: 7, egressProxy: 'socks5://u:w@127.0.0.1:9', aliases: [{ name: 'fast' }] },
    { provider: 'openai', enabled: false },
    { declined: expect.stringContaining('login of openai') as string },
  ])
})

test('9router: connections of its database, with nodes of the user', () => {
  const home = givenFiles({ '.9router/db/x': '' })
  const database = new DatabaseSync(join(home, '.9router/db/data.sqlite'))
  database.exec(`CREATE TABLE providerConnections (id TEXT, provider TEXT, authType TEXT, name TEXT, priority INTEGER, isActive INTEGER, data TEXT);
    CREATE TABLE providerNodes (id TEXT, type TEXT, name TEXT, data TEXT);
    INSERT INTO providerNodes VALUES ('openai-compatible-1', 'openai-compatible', 'mine', '{"baseUrl":"https://relay.example/v1"}');
    INSERT INTO providerConnections VALUES ('1', 'openrouter', 'apikey', 'a', 2, 0, '{"apiKey":"sk-or-v1-0123456789abcdef"}');
    INSERT INTO providerConnections VALUES ('2', 'openai-compatible-1', 'apikey', 'b', 1, 1, '{"apiKey":"${KEY}"}');
    INSERT INTO providerConnections VALUES ('3', 'claude', 'oauth', 'c', 1, 1, '{}');`)
  database.close()
  expect(find('9router', home).findings).toMatchObject([
    { provider: 'openrouter', priority: 2, enabled: false },
    { baseUrl: 'https://relay.example/v1', priority: 1, enabled: true },
    { declined: expect.stringContaining('login of claude') as string },
  ])
})

test('GPT-Load: keys of each group, with their state', () => {
  const home = givenFiles({ 'work/data/x': '' })
  const database = new DatabaseSync(join(home, 'work/data/gpt-load.db'))
  database.exec(`CREATE TABLE groups (id INTEGER, name TEXT, upstreams TEXT, channel_type TEXT, sort INTEGER, proxy_keys TEXT, config TEXT);
    CREATE TABLE api_keys (id INTEGER, key_value TEXT, group_id INTEGER, status TEXT);
    INSERT INTO groups VALUES (1, 'pool', '[{"url":"https://api.openai.com","weight":1},{"url":"https://b.example","weight":1}]', 'openai', 0, 'client', '{}');
    INSERT INTO api_keys VALUES (1, '${KEY}1', 1, 'active'), (2, '${KEY}2', 1, 'invalid');`)
  database.close()
  const { findings, leftOut } = find('gpt-load', home)
  expect(findings).toMatchObject([
    { provider: 'openai', baseUrl: null, enabled: true, groups: ['pool'] },
    { enabled: false, notes: [expect.stringContaining('https://b.example') as string] },
  ])
  expect(leftOut).toHaveLength(1)
})

test('CLIProxyAPI: a key beside its base URL is read, and accounts of a fork are named', () => {
  const home = givenFiles({
    '.cli-proxy-api/config.yaml': `
openai-compatibility:
  - {name: cline, base-url: "https://api.cline.example/v1", api-key: ${KEY}}
  - {name: keyless, base-url: "https://keyless.example/v1"}
minimax:
  - {token-file: ~/.minimax/token.json, base-url: "https://api.minimax.io/anthropic"}
payload:
  override: [{models: [{name: a}]}]`,
  })
  const { findings, leftOut } = find('cli-proxy-api', home)
  expect(findings).toMatchObject([
    { name: 'cline', secret: KEY, baseUrl: 'https://api.cline.example/v1', declined: null },
    { name: 'keyless', declined: 'its key is empty' },
  ])
  expect(leftOut).toMatchObject([{ reason: expect.stringContaining('minimax') as string }])
})

test.each([
  ['ollama_chat/llama3', 'http://localhost:11434', 'http://localhost:11434/v1'],
  ['ollama/llama3', 'http://ollama:11434/api', 'http://ollama:11434/v1'],
  ['ollama/llama3', 'http://localhost:11434/own', 'http://localhost:11434/own'],
])('LiteLLM: %s at %s gets the base URL %s', (model, base, own) => {
  const home = givenFiles({
    'work/config.yaml': `
model_list: [{model_name: local, litellm_params: {model: ${model}, api_base: "${base}", api_key: ${KEY}}}]`,
  })
  const notes = own === base ? [] : [`its base URL ${base} becomes ${own}`]
  expect(find('litellm', home).findings).toMatchObject([{ baseUrl: own, notes }])
})

// Configurations of programs without a source of their own, and variables in the spellings that programs use. The
// files have the structure of public examples; their keys and addresses are made up.
import { describe, expect, test } from 'vitest'
import { find, givenFiles } from './foreign-home.ts'

function read(name: string, content: string | object, more: Record<string, string> = {}) {
  const home = givenFiles({ [name]: content, ...more })
  const { findings, leftOut, damaged } = find(null, home, { from: name })
  return {
    found: findings.map(({ provider, baseUrl, secret, declined }) => [provider, baseUrl, declined ?? secret]),
    findings,
    lines: leftOut.map(({ reason }) => reason),
    damaged: damaged.map(({ reason }) => reason),
  }
}

const env = (lines: string[]) => read('.env', lines.join('\n'))
const KEY = 'sk-0123456789abcdef0123'
const PROJECT_KEY = 'sk-proj-0123456789abcdef0123'

describe('a configuration of any program', () => {
  test('with endpoints in a list (LibreChat)', () => {
    const { found, findings } = read(
      'librechat.yaml',
      `endpoints:
  custom:
    - name: groq
      apiKey: gsk_0123456789abcdef
      baseURL: https://api.groq.com/openai/v1/
    - name: Mistral
      apiKey: user_provided
      baseURL: https://api.mistral.ai/v1
    - name: Mine
      apiKey: ${KEY}
      baseURL: https://llm.example.com/v1
      models: { default: [a, b], fetch: false }
`,
    )
    expect(found).toEqual([
      ['groq', null, 'gsk_0123456789abcdef'],
      ['mistral', null, 'a placeholder, not a key'],
      ['custom', 'https://llm.example.com/v1', KEY],
    ])
    expect(findings[2]).toMatchObject({ models: ['a', 'b'], notes: ['at endpoints.custom'] })
  })

  test('with keys in a list below a service, and references (Bifrost)', () => {
    const keys = [{ value: 'sk-proj-0123456789abcdef', weight: 1 }, { value: 'env.NO_SUCH_KEY' }]
    expect(read('bifrost.json', { providers: { openai: { keys } } }).found).toEqual([
      ['openai', null, 'sk-proj-0123456789abcdef'],
      ['openai', null, 'NO_SUCH_KEY is not set here'],
    ])
  })

  test('with the service in the name of the field (Roo Code)', () => {
    const apiConfigs = {
      a: { apiProvider: 'openai', openAiBaseUrl: 'https://llm.example.com/v1', openAiApiKey: KEY },
      b: { apiProvider: 'openrouter', openRouterApiKey: 'sk-or-v1-0123456789abcdef' },
    }
    expect(read('roo.json', { providerProfiles: { apiConfigs } }).found).toEqual([
      ['custom', 'https://llm.example.com/v1', KEY],
      ['openrouter', null, 'sk-or-v1-0123456789abcdef'],
    ])
  })

  test('in TOML with a base URL (OpenManus)', () => {
    const text = `[llm]\nmodel = "m"\nbase_url = "https://api.openai.com/v1"\napi_key = "${KEY}"\nmax_tokens = 4096\n`
    expect(read('config.toml', text).found).toEqual([['openai', null, KEY]])
  })

  test('with blocks of variables (Compose, Kubernetes), filled from the .env file beside it', () => {
    const compose = `services:
  a:
    environment:
      - OPENAI_API_KEY=${KEY}
      - OPENAI_BASE_URL=https://llm.example.com/v1
      - GROQ_API_KEY=\${GROQ_API_KEY}
      - XAI_API_KEY=\${XAI_API_KEY}
`
    const { found, lines } = read('compose.yaml', compose, { '.env': 'GROQ_API_KEY=gsk_0123456789abcdef\n' })
    expect(found).toEqual([
      ['custom', 'https://llm.example.com/v1', KEY],
      ['groq', null, 'gsk_0123456789abcdef'],
    ])
    expect(lines).toEqual(['XAI_API_KEY: XAI_API_KEY is not set here'])
    const secret = 'kind: Secret\nstringData:\n  OPENROUTER_API_KEY: sk-or-v1-0123456789abcdef\n'
    expect(read('secret.yaml', secret).found).toEqual([['openrouter', null, 'sk-or-v1-0123456789abcdef']])
  })

  test.each([
    ['without any name', { apiKey: PROJECT_KEY, baseUrl: 'https://llm.example.com/v1' }],
    ['below another name', { a: { token: PROJECT_KEY, endpoint: 'https://llm.example.com/v1' } }],
    [
      'of a service with that name',
      { provider: 'openai', apiKey: PROJECT_KEY, url: 'https://llm.example.com/v1' },
    ],
  ])('a key goes to the host in its object: %s', (_, content) => {
    expect(read('a.json', content).found).toEqual([['custom', 'https://llm.example.com/v1', PROJECT_KEY]])
  })

  test.each([
    [{ baseUrl: '${GATEWAY_URL}' }, 'its base URL is not known: GATEWAY_URL is not set here'],
    [{ apiBase: 'llm.example.com/v1' }, 'its base URL does not begin with http:// or https://'],
    [{ endpoint: '/v1' }, 'its base URL does not begin with http:// or https://'],
  ])('a key beside a base URL that cannot be read goes nowhere: %j', (more, declined) => {
    const { found } = read('a.json', { provider: 'openai', apiKey: KEY, ...more })
    expect(found).toEqual([['openai', null, declined]])
  })

  test('one base URL beside keys of several services is the host of none', () => {
    const app = { baseUrl: 'https://llm.example.com/v1', openaiApiKey: KEY, mistralApiKey: `${KEY}ab` }
    const declined = 'its base URL is not known: it is beside keys of several services'
    expect(read('a.json', app).found).toEqual([
      ['openai', null, declined],
      ['mistral', null, declined],
    ])
  })

  test('the address of the program itself is not the host of a key with a service in its name', () => {
    const app = { host: '0.0.0.0', url: 'https://app.example.com', openaiApiKey: KEY }
    expect(read('a.json', app).found).toEqual([['openai', null, KEY]])
  })

  test('a provider that is not known has no key of the service above it', () => {
    const { found } = read('a.json', { openai: { provider: 'gateway', apiKey: KEY } })
    expect(found.every(([provider]) => provider === null)).toBe(true)
  })

  test('the name of a service counts before the dialect in its type', () => {
    const one = { name: 'DeepSeek', type: 'openai', apiKey: KEY }
    expect(read('a.json', { models: [one] }).found).toEqual([['deepseek', null, KEY]])
  })

  test.each([
    ['a search or a database', { name: 'tavily', url: 'https://api.example.com', apiKey: KEY }],
    ['a vector store', { qdrant: { host: 'https://db.example.com:6333', apiKey: KEY } }],
  ])('%s is no model API', (_, content) => {
    const { found } = read('a.json', content)
    expect(found).toEqual([
      [
        'custom',
        expect.any(String),
        'its address has no sign of a model API; if it is one: qwenctl auth add -p custom --base-url URL',
      ],
    ])
  })

  test.each([
    ['the token of GitHub', { github: { token: 'ghp_0123456789abcdef0123' } }],
    ['the token of a deployment', { vercel: { token: KEY }, lambda: { key: KEY } }],
    ['the key of Firebase', { apiKey: `AIza${'a'.repeat(35)}`, authDomain: 'a.example.com' }],
    ['a short key of any service', { api: { key: 'sk-0123456789' } }],
    ['a cluster', { users: [{ name: 'github', user: { token: KEY } }] }],
    ['packages', { name: 'openai', keywords: ['openai'], dependencies: { openai: '^6.0.0-rc.1234' } }],
  ])('%s is no account', (_, content) => {
    expect(read('a.json', content)).toMatchObject({ found: [], findings: [] })
  })

  test('with a secret of Kubernetes in base64, among other documents', () => {
    const data = (text: string) => Buffer.from(text).toString('base64')
    const text = `kind: Service
---
kind: Secret
data:
  OPENAI_API_KEY: ${data(`${PROJECT_KEY}\n`)}
---
kind: Secret
data:
  mistral-api-key: ${data(KEY)}
`
    expect(read('a.yaml', text).found).toEqual([
      ['openai', null, PROJECT_KEY],
      ['mistral', null, KEY],
    ])
  })

  test('with encrypted keys has no accounts', () => {
    const sealed = 'ENC[AES256_GCM,data:Zm9vYmFyYmF6,iv:Zm9vYmFyYmF6,tag:Zm9vYmFyYmF6,type:str]'
    const encrypted = 'encrypted: it has no readable key until its file is decrypted'
    expect(read('a.yaml', `openai:\n  api_key: ${sealed}\n`).found).toEqual([['openai', null, encrypted]])
    expect(env([`OPENAI_API_KEY="${sealed}"`]).found).toEqual([['openai', null, encrypted]])
    expect(env(['OPENAI_API_KEY="encrypted:Zm9vYmFyYmF6Zm9v"']).found).toEqual([['openai', null, encrypted]])
    const bitnami = { kind: 'SealedSecret', spec: { encryptedData: { 'openai-api-key': KEY } } }
    expect(read('a.json', bitnami).found).toEqual([])
  })

  test('a key that names an object is in no note and no name', () => {
    const { findings } = read('a.json', { [PROJECT_KEY]: { provider: 'openai', name: KEY, apiKey: KEY } })
    expect(findings).toHaveLength(1)
    const { name, notes } = findings[0] ?? {}
    expect(JSON.stringify([name, notes])).not.toMatch(/0123456789/)
  })

  test.each([
    ['a.json', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['a.yaml', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['a.toml', `a = ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    [
      'b.yaml',
      `a0: &a0 [x, x]\n${Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`).join('\n')}\n`,
    ],
  ])('a nesting or aliases without an end are no error of qwenctl: %s', (name, text) => {
    expect(read(name, text)).toMatchObject({ found: [], damaged: [expect.any(String)] })
  })

  test('without a key of a model service has no accounts', () => {
    const app = { name: 'app', database: { url: 'postgres://h/d', token: 'aaaaaaaaaaaaaaaaaaaa' }, key: 4096 }
    expect(read('app.json', app)).toMatchObject({
      found: [],
      damaged: ['holds nothing of a kind that qwenctl knows'],
    })
  })
})

describe('variables', () => {
  test.each([
    ['OPEN_AI_KEY', 'openai'],
    ['OPENAI_KEY', 'openai'],
    ['VITE_OPENAI_API_KEY', 'openai'],
    ['OPEN_ROUTER_API_KEY', 'openrouter'],
    ['XAI_LLM_API_KEY', 'xai'],
    ['ALIBABA_API_KEY', 'qwen'],
  ])('%s is a key of %s', (name, provider) => {
    expect(env([`${name}=${KEY}`]).found).toEqual([[provider, null, KEY]])
  })

  test.each(['ENDPOINT', 'BASE_PATH', 'URL', 'PROXY_URL', 'API_BASE'])(
    'a key beside %s goes to no other address',
    (ending) => {
      const { found, lines } = env([`OPENAI_API_KEY=${KEY}`, `OPENAI_${ending}=https://llm.example.com/v1`])
      expect(found).toEqual([['custom', 'https://llm.example.com/v1', KEY]])
      expect(lines).toEqual([])
    },
  )

  test('a proxy, a placeholder and the address of a database are no base URLs', () => {
    expect(env([`OPENAI_API_KEY=${KEY}`, 'OPENAI_PROXY_URL=http://127.0.0.1:7890']).found[0]?.[1]).toBeNull()
    expect(env([`TOGETHER_API_KEY=${KEY}`, 'TOGETHER_BASE_URL=your_url_here']).found[0]?.[1]).toBeNull()
    expect(env([`QDRANT_API_KEY=${KEY}`, 'QDRANT_ENDPOINT=http://127.0.0.1:6333'])).toMatchObject({
      found: [],
      lines: ['QDRANT_API_KEY: not a variable of a known service, and no base URL beside it'],
    })
  })

  test('the key of Amazon Bedrock is an account in its region', () => {
    const token = 'AWS_BEARER_TOKEN_BEDROCK=ABSK0123456789abcdef'
    expect(env([token, 'AWS_REGION=eu-west-1']).found).toEqual([
      ['custom', 'https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1', 'ABSK0123456789abcdef'],
    ])
    expect(env([token]).found).toEqual([
      ['custom', null, 'its region is not named: AWS_REGION is not set here'],
    ])
    expect(env([token, 'AWS_BEDROCK_BASE_URL=https://llm.example.com/openai/v1']).found).toEqual([
      ['custom', 'https://llm.example.com/openai/v1', 'ABSK0123456789abcdef'],
    ])
    const gateway = 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME=https://llm.example.com'
    expect(env([token, 'AWS_REGION=eu-west-1', gateway]).found).toEqual([
      ['custom', null, 'its host is in AWS_ENDPOINT_URL_BEDROCK_RUNTIME, and the API there is not known'],
    ])
  })

  test('that belong to no account have a line each, in .env files and in Claude Code', () => {
    const values = {
      ANTHROPIC_API_KEY: 'sk-ant-api03-0123456789abcdef',
      ANTHROPIC_MODEL: 'm',
      HTTPS_PROXY: 'http://127.0.0.1:7890',
      CLAUDE_CODE_USE_VERTEX: '1',
      QWEN_BASE_URL: 'https://a.example.com/v1',
      JWT_SECRET: 'x',
      PORT: '3000',
      MAX_TOKENS: '4096',
    }
    const expected = [
      'ANTHROPIC_MODEL: a model that the program asks for; next: qwenctl models',
      'HTTPS_PROXY: a proxy for all programs; next: qwenctl accounts set ACCOUNT --egress-proxy URL',
      'CLAUDE_CODE_USE_VERTEX: credentials that sign requests or log in, which no account of qwenctl has',
      'QWEN_BASE_URL: a base URL without a key beside it',
      'JWT_SECRET: not an API key of a known service',
    ]
    const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`)
    expect(env(lines).lines.toSorted()).toEqual(expected.toSorted())
    expect(read('settings.json', { env: values }).lines.toSorted()).toEqual(expected.toSorted())
  })
})

// The configuration of each client, as read from its documentation or source in 2026-11. One row names the files, the
// values, and the source.

import { join } from 'node:path'
import type { Path } from './config-text.ts'

export interface ClientFacts {
  /** The user's home folder. */
  home: string
  env: NodeJS.ProcessEnv
  /** Whether a file is there: some clients read one of several. */
  exists: (file: string) => boolean
  /** The URL of the proxy, without a slash at the end. */
  url: string
  /** The client key, or any word if the proxy needs none. */
  key: string
  /** Null: the client keeps its own model. */
  model: string | null
}

export interface Change {
  path: Path
  value: unknown
  /** A value that is there already stays. */
  isDefault?: boolean
}

export interface FileSetup {
  file: string
  format: 'jsonc' | 'toml' | 'yaml' | 'dotenv'
  changes: Change[]
}

export interface ClientSetup {
  id: string
  title: string
  /** The client cannot work without a model's name. */
  needsModel: boolean
  /** The command that uses it; with a model if the client does not take it from its configuration. */
  start: (facts: ClientFacts) => string
  files: (facts: ClientFacts) => FileSetup[]
}

const when = (model: string | null, path: Path, value = model): Change[] =>
  model === null ? [] : [{ path, value }]

function configFolder({ env, home }: ClientFacts): string {
  return env.XDG_CONFIG_HOME === undefined || env.XDG_CONFIG_HOME === ''
    ? join(home, '.config')
    : env.XDG_CONFIG_HOME
}

function firstThere(facts: ClientFacts, folder: string, names: readonly [string, ...string[]]): string {
  return join(folder, names.find((name) => facts.exists(join(folder, name))) ?? names[0])
}

/** The provider of opencode and of its descendant Kilo. */
function opencodeChanges({ url, key, model }: ClientFacts): Change[] {
  return [
    {
      path: ['provider', 'qwenctl'],
      value: {
        npm: '@ai-sdk/openai-compatible',
        name: 'qwenctl',
        options: { baseURL: `${url}/v1`, apiKey: key },
        models: model === null ? {} : { [model]: { name: model } },
      },
    },
    ...when(model, ['model'], `qwenctl/${model}`),
  ]
}

export const clients: readonly ClientSetup[] = [
  {
    // https://developers.openai.com/codex/config-reference and codex-rs/model-provider-info/src/lib.rs of
    // https://github.com/openai/codex (2026-11): `model_provider` cannot redefine the built-in `openai`.
    id: 'codex',
    title: 'Codex CLI',
    needsModel: true,
    start: () => 'codex',
    files: ({ env, home, url, key, model }) => [
      {
        file: join(env.CODEX_HOME ?? join(home, '.codex'), 'config.toml'),
        format: 'toml',
        changes: [
          ...when(model, ['model']),
          { path: ['model_provider'], value: 'qwenctl' },
          {
            path: ['model_providers', 'qwenctl'],
            value: {
              name: 'qwenctl',
              base_url: `${url}/v1`,
              wire_api: 'responses',
              experimental_bearer_token: key,
              supports_websockets: false,
            },
          },
        ],
      },
    ],
  },
  {
    // https://code.claude.com/docs/en/settings and https://code.claude.com/docs/en/llm-gateway (2026-11)
    id: 'claude-code',
    title: 'Claude Code',
    needsModel: false,
    start: () => 'claude',
    files: ({ env, home, url, key, model }) => [
      {
        file: join(env.CLAUDE_CONFIG_DIR ?? join(home, '.claude'), 'settings.json'),
        format: 'jsonc',
        changes: [
          { path: ['env', 'ANTHROPIC_BASE_URL'], value: url },
          { path: ['env', 'ANTHROPIC_AUTH_TOKEN'], value: key },
          ...when(model, ['env', 'ANTHROPIC_MODEL']),
        ],
      },
    ],
  },
  {
    // https://qwenlm.github.io/qwen-code-docs/en/users/configuration/settings and /auth (2026-11): `env` holds the
    // variables that the OpenAI-compatible login reads.
    id: 'qwen-code',
    title: 'Qwen Code',
    needsModel: true,
    start: () => 'qwen',
    files: ({ home, url, key, model }) => [
      {
        file: join(home, '.qwen', 'settings.json'),
        format: 'jsonc',
        changes: [
          { path: ['env', 'OPENAI_BASE_URL'], value: `${url}/v1` },
          { path: ['env', 'OPENAI_API_KEY'], value: key },
          { path: ['security', 'auth', 'selectedType'], value: 'openai' },
          ...when(model, ['model', 'name']),
        ],
      },
    ],
  },
  {
    // https://opencode.ai/docs/config and https://opencode.ai/docs/providers (2026-11)
    id: 'opencode',
    title: 'opencode',
    needsModel: true,
    start: () => 'opencode',
    files: (facts) => [
      {
        file:
          facts.env.OPENCODE_CONFIG ??
          firstThere(facts, join(configFolder(facts), 'opencode'), ['opencode.json', 'opencode.jsonc']),
        format: 'jsonc',
        changes: opencodeChanges(facts),
      },
    ],
  },
  {
    // docs/get-started/authentication.md and docs/reference/configuration.md of
    // https://github.com/google-gemini/gemini-cli (2026-11): `~/.gemini/.env` is read at the start.
    id: 'gemini',
    title: 'Gemini CLI',
    needsModel: false,
    start: () => 'gemini',
    files: ({ home, url, key, model }) => [
      {
        file: join(home, '.gemini', '.env'),
        format: 'dotenv',
        changes: [
          { path: ['GOOGLE_GEMINI_BASE_URL'], value: url },
          { path: ['GEMINI_API_KEY'], value: key },
          ...when(model, ['GEMINI_MODEL']),
        ],
      },
      {
        file: join(home, '.gemini', 'settings.json'),
        format: 'jsonc',
        changes: [{ path: ['security', 'auth', 'selectedType'], value: 'gemini-api-key' }],
      },
    ],
  },
  {
    // The command line keeps its settings in two files (https://docs.cline.bot/cline-cli and the sources of
    // https://github.com/cline/cline, src/shared/storage/state-keys.ts, 2026-11). The editors' extension keeps
    // them in the editor's own database, which no other program may write.
    id: 'cline',
    title: 'Cline CLI',
    needsModel: true,
    start: () => 'cline',
    files: ({ env, home, url, key, model }) => {
      const folder = join(env.CLINE_DIR ?? join(home, '.cline'), 'data')
      return [
        {
          file: join(folder, 'globalState.json'),
          format: 'jsonc',
          changes: [
            { path: ['actModeApiProvider'], value: 'openai' },
            { path: ['planModeApiProvider'], value: 'openai' },
            { path: ['openAiBaseUrl'], value: `${url}/v1` },
            ...when(model, ['actModeOpenAiModelId']),
            ...when(model, ['planModeOpenAiModelId']),
            { path: ['welcomeViewCompleted'], value: true },
          ],
        },
        {
          file: join(folder, 'secrets.json'),
          format: 'jsonc',
          changes: [{ path: ['openAiApiKey'], value: key }],
        },
      ]
    },
  },
  {
    // https://docs.continue.dev/reference (2026-11)
    id: 'continue',
    title: 'Continue',
    needsModel: true,
    start: () => 'cn',
    files: ({ env, home, url, key, model }) => {
      const file = join(env.CONTINUE_GLOBAL_DIR ?? join(home, '.continue'), 'config.yaml')
      const entry = { name: 'qwenctl', provider: 'openai', model, apiBase: `${url}/v1`, apiKey: key }
      const head: Change[] = [
        { path: ['name'], value: 'local', isDefault: true },
        { path: ['version'], value: '1.0.0', isDefault: true },
        { path: ['schema'], value: 'v1', isDefault: true },
      ]
      return [{ file, format: 'yaml', changes: [...head, { path: ['models', 'qwenctl'], value: entry }] }]
    },
  },
  {
    // https://kilo.ai/docs/cli (2026-11): a descendant of opencode with its own folder.
    id: 'kilo',
    title: 'Kilo CLI',
    needsModel: true,
    start: () => 'kilo',
    files: (facts) => [
      {
        file: firstThere(facts, join(configFolder(facts), 'kilo'), [
          'kilo.json',
          'kilo.jsonc',
          'config.json',
        ]),
        format: 'jsonc',
        changes: opencodeChanges(facts),
      },
    ],
  },
  {
    // packages/coding-agent/docs/models.md of https://github.com/badlogic/pi-mono (2026-11)
    id: 'pi',
    title: 'pi',
    needsModel: true,
    start: ({ model }) => `pi --provider qwenctl --model ${model}`,
    files: ({ env, home, url, key, model }) => [
      {
        file: join(env.PI_CODING_AGENT_DIR ?? join(home, '.pi', 'agent'), 'models.json'),
        format: 'jsonc',
        changes: [
          {
            path: ['providers', 'qwenctl'],
            value: { baseUrl: `${url}/v1`, api: 'openai-completions', apiKey: key, models: [{ id: model }] },
          },
        ],
      },
    ],
  },
]

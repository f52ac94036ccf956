// Servers on one's own machine, and the cloud of Ollama.
import { calendarWindow } from '../../../quota/zone.ts'
import type { ServiceFailures } from '../failure-row.ts'

const VLLM = 'docs.vllm.ai/en/latest/serving/openai_compatible_server.html (2026-11)'
const LLAMA = 'github.com/ggml-org/llama.cpp/tree/master/tools/server (2026-11)'
const LM = 'lmstudio.ai/docs/developer/openai-compat (2026-11)'
const OLLAMA = 'github.com/ollama/ollama/blob/main/docs/api.md (2026-11)'

export const ollamaFailures: ServiceFailures = {
  id: 'ollama',
  label: 'Ollama',
  providers: ['ollama'],
  rows: [
    {
      id: 'ollama-week',
      message: /\breached your weekly usage limit\b/i,
      class: 'quota-window',
      scope: 'account',
      until: (answer) => calendarWindow('week', 'UTC', answer.now).end,
      about: 'the week of the cloud plan, until Monday 00:00 UTC',
      source:
        'github.com/NousResearch/hermes-agent/pull/68832 (2026-08), github.com/Sarrius/pi-multi-account/issues/30 (2026-08)',
      examples: [
        {
          status: 429,
          body: {
            error:
              'you (me) have reached your weekly usage limit, upgrade for higher limits: https://ollama.com/upgrade (ref: 1)',
          },
          ends: '2026-11-30T00:00:00.000Z',
        },
      ],
    },
    {
      id: 'ollama-session',
      message: /\breached your (?:session|hourly) usage limit\b/i,
      class: 'quota-window',
      scope: 'account',
      about: 'the hours of the cloud plan',
      source: 'github.com/continuedev/continue/issues/11444 (2026-03)',
      examples: [
        {
          status: 429,
          body: {
            error: 'you (me) have reached your session usage limit, please wait or upgrade to continue',
          },
        },
      ],
    },
    {
      id: 'ollama-no-model',
      message: /\btry pulling it first\b|^model ['"].*['"] not found/i,
      class: 'model-unavailable',
      about: 'the model is not on this machine',
      source: OLLAMA,
      examples: [
        { status: 404, body: { error: 'model "llama9" not found, try pulling it first' } },
        {
          status: 404,
          body: {
            error: { message: "model 'llama9' not found", type: 'not_found_error', param: null, code: null },
          },
        },
      ],
    },
  ],
  bodies: [
    {
      status: 400,
      body: {
        error: {
          message: 'registry.ollama.ai/library/gemma:2b does not support tools',
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      },
      class: 'bad-request',
      source: OLLAMA,
    },
    {
      status: 500,
      body: { error: 'model requires more system memory (12.0 GiB) than is available (7.8 GiB)' },
      class: 'overloaded',
      source: OLLAMA,
    },
    {
      status: 503,
      body: { error: 'server busy, please try again. maximum pending requests exceeded' },
      class: 'overloaded',
      source: OLLAMA,
    },
    { status: 401, body: { error: 'unauthorized' }, class: 'auth-dead', source: OLLAMA },
    {
      status: 500,
      body: { error: 'the input length exceeds the context length' },
      class: 'bad-request',
      source: OLLAMA,
    },
  ],
}

export const vllmFailures: ServiceFailures = {
  id: 'vllm',
  label: 'vLLM',
  providers: ['vllm'],
  rows: [
    {
      id: 'vllm-dead',
      message: /\bEngineDeadError\b|\bEngineCore encountered an issue\b/i,
      class: 'overloaded',
      about: 'the engine has died',
      source: VLLM,
      examples: [
        {
          status: 500,
          body: {
            object: 'error',
            message: 'EngineCore encountered an issue. See stack trace (above) for the root cause.',
            type: 'InternalServerError',
            param: null,
            code: 500,
          },
        },
      ],
    },
  ],
  bodies: [
    {
      status: 404,
      body: {
        object: 'error',
        message: 'The model `x` does not exist.',
        type: 'NotFoundError',
        param: null,
        code: 404,
      },
      class: 'model-unavailable',
      source: VLLM,
    },
    {
      status: 400,
      body: {
        object: 'error',
        message:
          "This model's maximum context length is 32768 tokens. However, you requested 40000 tokens (38000 in the messages, 2000 in the completion). Please reduce the length of the messages or completion.",
        type: 'BadRequestError',
        param: null,
        code: 400,
      },
      class: 'bad-request',
      source: VLLM,
    },
    {
      status: 400,
      body: {
        object: 'error',
        message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        type: 'BadRequestError',
        param: null,
        code: 400,
      },
      class: 'bad-request',
      source: VLLM,
    },
    { status: 401, body: { error: 'Unauthorized' }, class: 'auth-dead', source: VLLM },
    { status: 404, body: { detail: 'Not Found' }, class: 'route-missing', source: VLLM },
  ],
}

export const llamacppFailures: ServiceFailures = {
  id: 'llamacpp',
  label: 'llama.cpp',
  providers: ['llamacpp'],
  rows: [
    {
      id: 'llamacpp-loading',
      status: 503,
      message: /^loading model$/i,
      class: 'overloaded',
      about: 'the model is being loaded',
      source: LLAMA,
      examples: [
        { status: 503, body: { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } } },
      ],
    },
    {
      id: 'llamacpp-no-route',
      status: 404,
      message: /^file not found$/i,
      type: 'not_found_error',
      class: 'route-missing',
      about: 'the server has no such endpoint',
      source: LLAMA,
      examples: [
        { status: 404, body: { error: { code: 404, message: 'File Not Found', type: 'not_found_error' } } },
      ],
    },
    {
      id: 'llamacpp-not-supported',
      type: 'not_supported_error',
      class: 'route-missing',
      about: 'the server was started without this endpoint',
      source: LLAMA,
      examples: [
        {
          status: 501,
          body: {
            error: {
              code: 501,
              message: 'This server does not support embeddings. Start it with `--embeddings`',
              type: 'not_supported_error',
            },
          },
        },
      ],
    },
  ],
  bodies: [
    {
      status: 401,
      body: { error: { code: 401, message: 'Invalid API Key', type: 'authentication_error' } },
      class: 'auth-dead',
      source: LLAMA,
    },
    {
      status: 400,
      body: {
        error: {
          code: 400,
          message: 'the request exceeds the available context size, try increasing it',
          type: 'exceed_context_size_error',
          n_prompt_tokens: 9000,
          n_ctx: 4096,
        },
      },
      class: 'bad-request',
      source: LLAMA,
    },
    {
      status: 404,
      body: { error: { code: 404, message: 'File Not Found', type: 'not_found_error' } },
      class: 'route-missing',
      source: LLAMA,
    },
    {
      status: 500,
      body: { error: { code: 500, message: 'tools param requires --jinja flag', type: 'server_error' } },
      class: 'bad-request',
      source: LLAMA,
    },
  ],
}

export const lmstudioFailures: ServiceFailures = {
  id: 'lmstudio',
  label: 'LM Studio',
  providers: ['lmstudio'],
  rows: [
    {
      id: 'lmstudio-no-model',
      message:
        /\bno models? loaded\b|\bfailed to load model\b|\bmodel (?:does not exist|is not loaded)\b|\bmodel (?:is )?unloaded\b/i,
      class: 'model-unavailable',
      about: 'no model is loaded',
      source: LM,
      examples: [
        {
          status: 404,
          body: {
            error: {
              message:
                'No models loaded. Please load a model in the developer page or use the `lms load` command.',
              type: 'invalid_request_error',
              param: 'model',
              code: 'model_not_found',
            },
          },
        },
        { status: 400, body: { error: 'Failed to load model "x". Error: insufficient system resources' } },
      ],
    },
    {
      id: 'lmstudio-crashed',
      message: /\bmodel has crashed\b|^channel error\b/i,
      class: 'overloaded',
      about: 'the process of the model has ended',
      source: 'github.com/lmstudio-ai/lmstudio-bug-tracker/issues/1347 (2026-01)',
      examples: [
        {
          status: 400,
          body: {
            error: 'The model has crashed without additional information. (Exit code: 18446744072635812000)',
          },
        },
        { status: 400, body: { error: 'Channel Error' } },
      ],
    },
    {
      id: 'lmstudio-no-route',
      message: /^unexpected endpoint or method\b/i,
      class: 'route-missing',
      about: 'it has no such endpoint, and says so under 200',
      source: LM,
      examples: [{ status: 200, body: { error: 'Unexpected endpoint or method. (POST /v1/responses)' } }],
    },
  ],
  bodies: [
    {
      status: 400,
      body: {
        error:
          'Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
      },
      class: 'bad-request',
      source: LM,
    },
    { status: 400, body: { error: "'messages' field is required" }, class: 'bad-request', source: LM },
  ],
}

import { describe } from 'vitest'
import { testAccount } from './given-account.ts'

const user = (content: unknown = 'hi') => ({ role: 'user', content })
const ask = (fields: object = {}) => ({ model: 'm1', messages: [user()], ...fields })
const tool = (name: string) => ({
  type: 'function',
  function: {
    name,
    description: name,
    parameters: { type: 'object', properties: { a: { type: 'string' } } },
  },
})
const grammar = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"+' } }
const custom = { type: 'custom', custom: { name: 'patch', description: 'Patches.', format: grammar } }
const allowed = (mode: string) => ({
  type: 'allowed_tools',
  allowed_tools: { mode, tools: [{ type: 'function', function: { name: 'a' } }] },
})
const PNG = 'data:image/png;base64,iVBORw0KGgo='
const message = (fields: object) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm1',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, cache_read_input_tokens: 4, cache_creation_input_tokens: 5, output_tokens: 2 },
  ...fields,
})

describe('chat completions on an account of Messages', () => {
  testAccount('messages', {
    'some tools, one of which must be called': {
      source: 'https://platform.openai.com/docs/api-reference/chat/create: allowed_tools',
      from: 'chat',
      body: ask({ tools: [tool('a'), tool('b')], tool_choice: allowed('required') }),
      sent: { tool_choice: { type: 'any' }, tools: [{ name: 'a' }] },
      lacks: ['"name":"b"'],
    },
    'some tools, which may be called': {
      source: 'https://platform.openai.com/docs/guides/function-calling#tool-choice',
      from: 'chat',
      body: ask({ tools: [tool('a'), tool('b')], tool_choice: allowed('auto') }),
      sent: { tool_choice: { type: 'auto' }, tools: [{ name: 'a' }] },
    },
    'a custom tool with a grammar, and its call': {
      source: 'BerriAI/litellm#27276; openai: custom tools',
      from: 'chat',
      body: ask({ tools: [custom], tool_choice: { type: 'custom', custom: { name: 'patch' } } }),
      has: ['start: ', 'lark'],
      sent: { tool_choice: { type: 'tool', name: 'patch' } },
      answer: message({
        content: [{ type: 'tool_use', id: 'toolu_1', name: 'patch', input: { input: 'xx' } }],
        stop_reason: 'tool_use',
      }),
      got: {
        choices: [
          {
            finish_reason: 'tool_calls',
            message: { tool_calls: [{ type: 'custom', custom: { name: 'patch', input: 'xx' } }] },
          },
        ],
      },
    },
    'hints of OpenAI alone': {
      source: 'praxis-proxy/ai#1205; platform.openai.com: prompt_cache_key, verbosity',
      from: 'chat',
      body: ask({
        verbosity: 'low',
        prompt_cache_key: 'k',
        prompt_cache_retention: '24h',
        prediction: { type: 'content', content: 'x' },
        store: true,
        metadata: { a: 'b' },
        seed: 7,
      }),
      leftOut: [
        'prediction',
        'verbosity',
        'prompt_cache_key',
        'prompt_cache_retention',
        'store',
        'metadata',
        'seed',
      ],
    },
    'the identifier of a user': {
      source: 'https://platform.openai.com/docs/guides/safety-best-practices: safety_identifier',
      from: 'chat',
      body: ask({ safety_identifier: 'u_123' }),
      sent: { metadata: { user_id: 'u_123' } },
    },
    'the tier of the service': {
      source: 'https://platform.claude.com/docs/en/api/service-tiers',
      from: 'chat',
      body: ask({ service_tier: 'default' }),
      sent: { service_tier: 'standard_only' },
    },
    'the least effort on a Claude that thinks adaptively': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/effort',
      from: 'chat',
      body: ask({ model: 'claude-opus-4-6', reasoning_effort: 'minimal' }),
      sent: { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
    },
    'a form of the answer, with tools and thinking': {
      source: 'LeenHawk/gproxy#91',
      from: 'chat',
      body: ask({
        model: 'claude-sonnet-4-6',
        reasoning_effort: 'high',
        tools: [tool('a')],
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', schema: { type: 'object', properties: { n: { type: 'integer' } } } },
        },
      }),
      sent: {
        output_config: {
          effort: 'high',
          format: { type: 'json_schema', schema: { additionalProperties: false } },
        },
      },
    },
    'thinking as OpenRouter names it, not to be shown': {
      source: 'https://openrouter.ai/docs/guides/best-practices/reasoning-tokens: exclude',
      from: 'chat',
      body: ask({
        model: 'claude-sonnet-4-5',
        max_tokens: 9000,
        reasoning: { max_tokens: 2000, exclude: true },
      }),
      sent: { thinking: { type: 'enabled', budget_tokens: 2000 } },
      answer: message({
        content: [
          { type: 'thinking', thinking: 'secret', signature: 's' },
          { type: 'text', text: 'hi' },
        ],
      }),
      got: { choices: [{ message: { content: 'hi' } }] },
    },
    'one tool at a time': {
      source: 'BerriAI/litellm#18201',
      from: 'chat',
      body: ask({ tools: [tool('a')], parallel_tool_calls: false }),
      sent: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    },
    'a search of the web, which changes the answer': {
      source: 'https://platform.openai.com/docs/guides/tools-web-search?api-mode=chat',
      from: 'chat',
      body: ask({ web_search_options: {} }),
      refused: 'web_search_options',
    },
    'a developer in mid-conversation, and an empty list of tools': {
      source: 'ogx-ai/ogx#5982; cline: tools []',
      from: 'chat',
      body: ask({
        tools: [],
        tool_choice: 'auto',
        messages: [
          user(),
          { role: 'assistant', content: 'a' },
          { role: 'developer', content: 'be brief' },
          user('b'),
        ],
      }),
      has: ['be brief'],
      lacks: ['tool_choice', '"tools"'],
    },
    'caches as Messages count them': {
      source: 'mnfst/llm-gateway#1871',
      from: 'chat',
      body: ask(),
      answer: message({}),
      got: {
        usage: { prompt_tokens: 12, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } },
      },
    },
    'an answer that fills the context': {
      source: 'platform.claude.com: stop reasons, model_context_window_exceeded',
      from: 'chat',
      body: ask(),
      answer: message({ stop_reason: 'model_context_window_exceeded' }),
      got: { choices: [{ finish_reason: 'length' }] },
    },
    'a refusal with its reason': {
      source: 'platform.claude.com: stop reasons, refusal',
      from: 'chat',
      body: ask(),
      answer: message({ stop_reason: 'refusal', content: [{ type: 'text', text: 'No.' }] }),
      gotHas: ['No.', 'content_filter'],
    },
    'edits that were applied to the context': {
      source: 'stdapi-ai/stdapi.ai#128',
      from: 'chat',
      body: ask(),
      answer: message({ context_management: { applied_edits: [] }, container: null }),
      got: { choices: [{ message: { content: 'hi' } }] },
    },
    'earlier thinking of Mistral, as parts of the content': {
      source: 'https://docs.mistral.ai/capabilities/reasoning',
      from: 'chat',
      body: ask({
        messages: [
          user(),
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
              { type: 'text', text: 'a' },
            ],
          },
          user('b'),
        ],
      }),
      has: ['{"role":"assistant","content":"a"}'],
      lacks: ['hm'],
    },
    'a picture by its address in the result of a tool': {
      source: 'ferro-labs/ai-gateway#143',
      from: 'chat',
      body: ask({
        tools: [tool('a')],
        messages: [
          user(),
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'a', arguments: '' } }],
          },
          {
            role: 'tool',
            tool_call_id: 'c1',
            content: [{ type: 'image_url', image_url: { url: 'https://a.example/x.png', detail: 'low' } }],
          },
        ],
      }),
      has: ['{"type":"url","url":"https://a.example/x.png"}', '"input":{}'],
    },
  })
})

describe('chat completions on an account of Gemini', () => {
  testAccount('gemini', {
    'some tools, one of which must be called': {
      source: 'https://ai.google.dev/gemini-api/docs/function-calling: allowedFunctionNames',
      from: 'chat',
      body: ask({ tools: [tool('a'), tool('b')], tool_choice: allowed('required') }),
      sent: { toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
      lacks: ['"name":"b"'],
    },
    'the least effort on Gemini 3 Flash': {
      source: 'https://ai.google.dev/gemini-api/docs/thinking: minimal',
      from: 'chat',
      body: ask({ model: 'gemini-3-flash-preview', reasoning_effort: 'minimal' }),
      sent: { generationConfig: { thinkingConfig: { thinkingLevel: 'minimal' } } },
    },
    'two answers, which need another account': {
      source: 'contract: n',
      from: 'chat',
      body: ask({ n: 2 }),
      refused: 'n',
    },
    'pictures as an answer, which need another account': {
      source: 'router-for-me/CLIProxyAPI#52',
      from: 'chat',
      body: ask({ modalities: ['text', 'image'] }),
      refused: 'modalities',
    },
    'a sound': {
      source: 'https://ai.google.dev/gemini-api/docs/audio',
      from: 'chat',
      body: ask({
        messages: [user([{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }])],
      }),
      has: ['{"inlineData":{"mimeType":"audio/wav","data":"UklGRg=="}}'],
    },
    'hints that Gemini has, and those that it has not': {
      source: 'https://ai.google.dev/api/generate-content#generationconfig',
      from: 'chat',
      body: ask({
        seed: 7,
        presence_penalty: 0.5,
        verbosity: 'low',
        safety_identifier: 'u',
        service_tier: 'flex',
      }),
      sent: { generationConfig: { seed: 7, presencePenalty: 0.5 } },
      leftOut: ['verbosity', 'safety_identifier', 'service_tier'],
    },
    'a picture in the result of a tool, on Gemini 3': {
      source: 'NousResearch/hermes-agent#55426',
      from: 'chat',
      body: ask({
        model: 'gemini-3-flash-preview',
        tools: [tool('a')],
        messages: [
          user(),
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'a', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'c1', content: [{ type: 'image_url', image_url: { url: PNG } }] },
        ],
      }),
      has: ['"parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]}}'],
    },
    'an answer that thinking has cut': {
      source: 'https://ai.google.dev/api/generate-content#FinishReason',
      from: 'chat',
      body: ask({ model: 'gemini-2.5-pro' }),
      answer: {
        candidates: [{ content: { role: 'model', parts: [{ text: 'a' }] }, finishReason: 'MAX_TOKENS' }],
        usageMetadata: {
          promptTokenCount: 5,
          candidatesTokenCount: 1,
          thoughtsTokenCount: 4,
          totalTokenCount: 10,
        },
      },
      got: {
        choices: [{ finish_reason: 'length' }],
        usage: { completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 4 } },
      },
    },
  })
})

describe('chat completions on an account of Responses', () => {
  testAccount('responses', {
    'a custom tool with a grammar, which Responses have too': {
      source: 'https://platform.openai.com/docs/guides/function-calling#context-free-grammars',
      from: 'chat',
      body: ask({ tools: [custom] }),
      sent: {
        tools: [
          {
            type: 'custom',
            name: 'patch',
            description: 'Patches.',
            format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"+' },
          },
        ],
      },
    },
    'verbosity, caches and identifiers': {
      source: 'https://platform.openai.com/docs/api-reference/responses/create',
      from: 'chat',
      body: ask({ verbosity: 'low', prompt_cache_key: 'k', safety_identifier: 'u', service_tier: 'flex' }),
      sent: {
        text: { verbosity: 'low' },
        prompt_cache_key: 'k',
        safety_identifier: 'u',
        service_tier: 'flex',
      },
      leftOut: [],
    },
    'some tools, one of which must be called': {
      source: 'https://platform.openai.com/docs/guides/function-calling#tool-choice',
      from: 'chat',
      body: ask({ tools: [tool('a'), tool('b')], tool_choice: allowed('required') }),
      sent: { tool_choice: 'required' },
      lacks: ['"name":"b"'],
    },
    'a filtered answer': {
      source: 'https://platform.openai.com/docs/api-reference/responses/object: incomplete_details',
      from: 'chat',
      body: ask(),
      answer: {
        id: 'r',
        object: 'response',
        model: 'm1',
        status: 'incomplete',
        incomplete_details: { reason: 'content_filter' },
        output: [],
      },
      got: { choices: [{ finish_reason: 'content_filter' }] },
    },
  })
})

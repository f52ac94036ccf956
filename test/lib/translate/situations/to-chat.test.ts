import { describe, expect } from 'vitest'
import { chat, gemini, messages, responses, testSituations, user } from './given-situation.ts'

const own = { name: 'f', input_schema: { type: 'object', properties: {} } }
const withTool = (schema: object, more: object = {}) =>
  messages({ tools: [{ name: 'f', input_schema: schema, ...more }] })
const form = (schema: object) => messages({ output_config: { format: { type: 'json_schema', schema } } })
const said = (...content: object[]) =>
  messages({ messages: [user(), { role: 'assistant', content }, user('next')] })
const used = (id: string) => [
  user(),
  { role: 'assistant', content: [{ type: 'tool_use', id, name: 'f', input: {} }] },
  user([{ type: 'tool_result', tool_use_id: id, content: 'ok' }]),
]
const effort = (model: string, wanted: string) => responses({ model, reasoning: { effort: wanted } })
const closed = { type: 'object', additionalProperties: false }

describe("tools of Anthropic's that the client runs", () => {
  testSituations('chat', {
    'a shell': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/bash-tool',
      from: 'messages',
      body: messages({ tools: [{ type: 'bash_20250124', name: 'bash' }] }),
      sent: {
        tools: [{ type: 'function', function: { name: 'bash', parameters: { required: ['command'] } } }],
      },
      leftOut: [],
    },
    'an editor': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/text-editor-tool',
      from: 'messages',
      body: messages({ tools: [own, { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' }] }),
      sent: { tools: [{}, { function: { name: 'str_replace_based_edit_tool' } }] },
      has: ['"enum":["view","create","str_replace","insert"]'],
      leftOut: [],
    },
    'a memory': {
      source: 'LionSR/TeXRA#2059',
      from: 'messages',
      body: messages({ tools: [{ type: 'memory_20250818', name: 'memory' }] }),
      sent: { tools: [{ function: { name: 'memory' } }] },
      has: ['"rename"'],
    },
    'a computer': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/computer-use-tool',
      from: 'messages',
      body: messages({
        tools: [
          { type: 'computer_20250124', name: 'computer', display_width_px: 1024, display_height_px: 768 },
        ],
      }),
      sent: { tools: [{ function: { name: 'computer', parameters: { required: ['action'] } } }] },
      has: ['1024', '768', 'left_click'],
    },
    'wishes that only Anthropic fulfils': {
      source: '@anthropic-ai/sdk 1.12, ToolTextEditor20250728: max_characters, strict',
      from: 'messages',
      body: messages({
        tools: [
          {
            type: 'text_editor_20250728',
            name: 'str_replace_based_edit_tool',
            max_characters: 9,
            strict: true,
          },
        ],
      }),
      leftOut: ['tools.max_characters', 'tools.strict'],
    },
    'a tool that programs at Anthropic call': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/programmatic-tool-calling',
      from: 'messages',
      body: messages({
        tools: [{ type: 'bash_20250124', name: 'bash', allowed_callers: ['code_execution_20250825'] }],
      }),
      refused: 'tools[0].allowed_callers',
    },
    'a search that Anthropic runs, beside them': {
      source: 'router-for-me/CLIProxyAPI#364',
      from: 'messages',
      body: messages({
        tools: [
          { type: 'web_search_20250305', name: 'web_search' },
          { type: 'bash_20250124', name: 'bash' },
        ],
      }),
      sent: { tools: [{ function: { name: 'bash' } }] },
      leftOut: ['tools.web_search_20250305'],
    },
  })
})

describe('what only Anthropic knows', () => {
  testSituations('chat', {
    'thinking between tools': {
      source: '@anthropic-ai/sdk 1.12, BetaThinkingConfigBetweenTools',
      from: 'messages',
      body: messages({ thinking: { type: 'between_tools' } }),
    },
    'compaction of the whole conversation': {
      source: '@anthropic-ai/sdk 1.12, BetaCompactionConfig: the answer is the compaction alone',
      from: 'messages',
      body: messages({ compaction: { type: 'compact' } }),
      refused: 'compaction',
    },
    'fallbacks, a billing policy and a profile': {
      source: '@anthropic-ai/sdk 1.12, MessageCreateParamsBase',
      from: 'messages',
      body: messages({ fallbacks: { models: ['x'] }, billing_policy: {}, user_profile_id: 'u' }),
      leftOut: ['fallbacks', 'billing_policy', 'user_profile_id'],
    },
    'a fallback in the conversation': {
      source: '@anthropic-ai/sdk 1.12, BetaFallbackBlockParam',
      from: 'messages',
      body: said({ type: 'text', text: 'a' }, { type: 'fallback', from: { model: 'x' }, to: { model: 'y' } }),
      sent: { messages: [{}, { role: 'assistant', content: 'a' }, {}] },
    },
    'a list of tools in the conversation': {
      source: '@anthropic-ai/sdk 1.12, BetaMCPToolListingBlockParam',
      from: 'messages',
      body: said({ type: 'mcp_tool_listing', mcp_server_name: 's', tools: [] }, { type: 'text', text: 'a' }),
      has: ['"a"'],
    },
    'a compaction that failed': {
      source: '@anthropic-ai/sdk 1.12, BetaCompactionBlockParam: content may be null',
      from: 'messages',
      body: said({ type: 'compaction', content: null, signature: 's' }, { type: 'text', text: 'a' }),
      lacks: ['null'],
      has: ['"a"'],
    },
    'the state of a browser in a result': {
      source: '@anthropic-ai/sdk 1.12, BetaBrowserStateBlockParam',
      from: 'messages',
      body: messages({
        tools: [own],
        messages: [
          ...used('a').slice(0, 2),
          user([
            {
              type: 'tool_result',
              tool_use_id: 'a',
              content: [{ type: 'browser_state', tabs: [{ url: 'https://a.example', active: true }] }],
            },
          ]),
        ],
      }),
      has: ['https://a.example'],
    },
    'a file in a container': {
      source: '@anthropic-ai/sdk 1.12, ContainerUploadBlockParam',
      from: 'messages',
      body: messages({ messages: [user([{ type: 'container_upload', file_id: 'f' }])] }),
      refused: 'messages[0].content[0]',
    },
    'servers that Anthropic connects to': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/mcp-connector',
      from: 'messages',
      body: messages({ mcp_servers: [{ type: 'url', url: 'https://a.example', name: 'a' }] }),
      refused: 'mcp_servers',
    },
    'edits of the context': {
      source: 'router-for-me/CLIProxyAPI#324',
      from: 'messages',
      body: messages({ context_management: { edits: [{ type: 'clear_thinking_20251015' }] } }),
      leftOut: ['context_management'],
    },
  })
})

describe('what one service takes', () => {
  testSituations('chat', {
    'Mistral: ids of nine letters and digits': {
      source: 'openclaw/openclaw#23740',
      from: 'messages',
      provider: 'mistral',
      body: messages({ tools: [own], messages: used('toolu_01A09q90qw90lq917835lq9') }),
      lacks: ['toolu_01A09'],
      sent: {
        messages: [{}, { tool_calls: [{ id: expect9() }] }, { role: 'tool', tool_call_id: expect9() }],
      },
    },
    'Mistral: the name of a seed': {
      source: 'https://docs.mistral.ai/api: random_seed',
      from: 'gemini',
      provider: 'mistral',
      body: gemini({ generationConfig: { seed: 7 } }),
      sent: { random_seed: 7 },
      lacks: ['"seed"'],
    },
    'Mistral: no empty turn': {
      source: 'https://docs.mistral.ai/api: content or tool_calls',
      from: 'messages',
      provider: 'mistral',
      body: said({ type: 'thinking', thinking: 'x', signature: 's' }),
      lacks: ['assistant'],
    },
    'DeepSeek: a schema of the answer': {
      source: 'BerriAI/litellm#31466',
      from: 'messages',
      provider: 'deepseek',
      body: form({ ...closed, properties: { a: { type: 'string' } }, required: ['a'] }),
      sent: { response_format: { type: 'json_object' } },
      lacks: ['json_schema'],
      has: [String.raw`\"properties\"`, 'JSON'],
    },
    'DeepSeek: thinking off': {
      source: 'https://api-docs.deepseek.com/guides/thinking_mode',
      from: 'responses',
      provider: 'deepseek',
      body: effort('deepseek-v4-flash', 'none'),
      sent: { thinking: { type: 'disabled' } },
      lacks: ['reasoning_effort'],
    },
    'Z.ai: thinking off': {
      source: 'https://docs.z.ai/guides/capabilities/thinking',
      from: 'responses',
      provider: 'zai',
      body: effort('glm-4.7', 'none'),
      sent: { thinking: { type: 'disabled' } },
      lacks: ['reasoning_effort'],
    },
    'Z.ai: an effort for a model that takes none': {
      source: 'theopenco/llmgateway#3049',
      from: 'responses',
      provider: 'zai',
      body: effort('glm-4.7', 'high'),
      sent: { thinking: { type: 'enabled' } },
      lacks: ['reasoning_effort'],
      leftOut: ['reasoning.effort'],
    },
    'Z.ai: a budget of thinking, for a model that takes no effort': {
      source: 'https://docs.z.ai/guides/capabilities/thinking',
      from: 'messages',
      provider: 'zai',
      body: {
        model: 'glm-4.7',
        max_tokens: 4000,
        thinking: { type: 'enabled', budget_tokens: 2000 },
        messages: [{ role: 'user', content: 'hi' }],
      },
      sent: { thinking: { type: 'enabled' } },
      leftOut: [],
    },
    'Z.ai: an effort for a model that takes all': {
      source: 'esengine/DeepSeek-Reasonix#9642',
      from: 'responses',
      provider: 'zai',
      body: effort('glm-5.2', 'medium'),
      sent: { thinking: { type: 'enabled' }, reasoning_effort: 'medium' },
      leftOut: [],
    },
    'Z.ai: a little thinking, on a model that thinks at its most without an effort': {
      source: 'osaurus-ai/vmlx-swift#441',
      from: 'responses',
      provider: 'zai',
      body: effort('glm-5.3', 'medium'),
      sent: { thinking: { type: 'enabled' }, reasoning_effort: 'low' },
      leftOut: [],
    },
    'Z.ai: thinking off, on a model that always thinks': {
      source: 'charmbracelet/catwalk#603',
      from: 'responses',
      provider: 'zai',
      body: effort('glm-5.3-flash', 'none'),
      sent: { thinking: { type: 'enabled' }, reasoning_effort: 'low' },
    },
    'Z.ai: thinking off, on a model that can leave it out': {
      source: 'KiwiGaze/glm-for-copilot#40',
      from: 'responses',
      provider: 'zai',
      body: effort('glm-5.2', 'none'),
      sent: { thinking: { type: 'disabled' } },
      lacks: ['reasoning_effort'],
    },
    'Z.ai: thinking on': {
      source: 'https://docs.z.ai/guides/capabilities/thinking',
      from: 'messages',
      provider: 'zai',
      body: messages({ model: 'glm-4.7', thinking: { type: 'enabled', budget_tokens: 4000 } }),
      sent: { thinking: { type: 'enabled' } },
      lacks: ['reasoning_effort'],
    },
    'OpenAI: no temperature for a model that thinks': {
      source: 'QwenLM/qwen-code#921',
      from: 'messages',
      provider: 'openai',
      body: messages({ model: 'gpt-5-mini', temperature: 0, top_p: 0.9 }),
      lacks: ['temperature', 'top_p'],
      leftOut: ['temperature', 'top_p'],
    },
    'OpenAI: a temperature for a model that does not think by itself': {
      source: 'clusterzx/paperless-ai#883',
      from: 'messages',
      provider: 'openai',
      body: messages({ model: 'gpt-5.1', temperature: 0.3 }),
      sent: { temperature: 0.3 },
    },
    'OpenAI: neither temperature nor stop sequences for a model that thinks unasked': {
      source: 'https://developers.openai.com/api/docs/guides/latest-model?model=gpt-5.5',
      from: 'messages',
      provider: 'openai',
      body: messages({ model: 'gpt-5.5', temperature: 0.2, stop_sequences: ['END'] }),
      lacks: ['temperature', '"stop"'],
      leftOut: ['temperature', 'stop_sequences'],
    },
    'OpenAI: a temperature for such a model without thinking': {
      source: 'https://developers.openai.com/api/docs/guides/latest-model?model=gpt-5.5',
      from: 'chat',
      provider: 'openai',
      body: chat({ model: 'gpt-5.5', temperature: 0.2, reasoning_effort: 'none' }),
      sent: { temperature: 0.2, reasoning_effort: 'none' },
    },
    'OpenAI: no temperature for one that was asked to think': {
      source: 'clusterzx/paperless-ai#883',
      from: 'messages',
      provider: 'openai',
      body: messages({
        model: 'gpt-5.1',
        temperature: 0.3,
        thinking: { type: 'enabled', budget_tokens: 9000 },
      }),
      lacks: ['temperature'],
      leftOut: ['temperature'],
    },
    'OpenAI: no stop sequences for a model that thinks': {
      source: 'https://platform.openai.com/docs/api-reference/chat/create: stop',
      from: 'messages',
      provider: 'openai',
      body: messages({ model: 'o4-mini', stop_sequences: ['END'] }),
      lacks: ['"stop"'],
      leftOut: ['stop_sequences'],
    },
    'vLLM: system messages come first': {
      source: 'vllm-project/vllm#41114',
      from: 'messages',
      provider: 'vllm',
      body: messages({
        system: 'rules',
        messages: [user('a'), { role: 'system', content: 'note' }, user('b')],
      }),
      sent: {
        messages: [
          { role: 'system', content: 'rules' },
          { role: 'user' },
          { role: 'user' },
          { role: 'user' },
        ],
      },
      has: ['note'],
    },
    'sound in the alphabet for URLs': {
      source: 'https://github.com/googleapis/python-genai: the SDK writes base64 for URLs',
      from: 'gemini',
      body: gemini({ contents: [{ parts: [{ inlineData: { mimeType: 'audio/wav', data: 'UklG_-8' } }] }] }),
      has: ['"data":"UklG/+8="'],
    },
    'vLLM: turns alternate, also around a turn that says nothing': {
      source: 'vllm-project/vllm#41114: templates of models',
      from: 'messages',
      provider: 'vllm',
      body: said({ type: 'text', text: '' }),
      sent: { messages: [{ role: 'user' }, { role: 'assistant', content: '' }, { role: 'user' }] },
    },
    'Ollama: system messages come first': {
      source: 'ollama/ollama#17774',
      from: 'messages',
      provider: 'ollama',
      body: messages({ messages: [user('a'), { role: 'system', content: 'note' }] }),
      lacks: ['"role":"system"'],
      has: ['note'],
    },
  })
})

describe('efforts that a service has no field for', () => {
  testSituations('chat', {
    'a budget at a service without a switch': {
      source: 'https://docs.mistral.ai/api: no field for a budget',
      from: 'messages',
      provider: 'mistral',
      body: messages({ thinking: { type: 'enabled', budget_tokens: 2000 } }),
      leftOut: ['thinking'],
    },
    'thinking off at a service without a switch': {
      source: 'https://docs.mistral.ai/api: no field for a budget',
      from: 'gemini',
      provider: 'mistral',
      body: {
        model: 'm',
        contents: [{ parts: [{ text: 'a' }] }],
        generationConfig: { thinkingConfig: { thinkingBudget: 0 } },
      },
      leftOut: [],
    },
    'an effort that is none, at a service with budgets': {
      source: 'https://help.aliyun.com/zh/model-studio/deep-thinking: thinking_budget',
      from: 'responses',
      provider: 'qwen',
      body: { model: 'qwen3-max', input: 'a', reasoning: { effort: 'turbo' } },
      sent: { enable_thinking: true },
      lacks: ['thinking_budget'],
      leftOut: ['reasoning.effort'],
    },
  })
})

describe('efforts that a model knows', () => {
  const rows: readonly (readonly [
    provider: string,
    model: string,
    asked: string,
    sent: string | null,
    source: string,
  ])[] = [
    ['groq', 'qwen/qwen3-32b', 'high', 'default', 'earendil-works/pi#1745'],
    ['groq', 'qwen/qwen3-32b', 'none', 'none', 'vercel/ai#7731'],
    ['groq', 'openai/gpt-oss-120b', 'none', 'low', 'ENTERPILOT/GoModel#946'],
    ['groq', 'openai/gpt-oss-20b', 'minimal', 'low', 'ENTERPILOT/GoModel#946'],
    ['groq', 'openai/gpt-oss-20b', 'xhigh', 'high', 'ENTERPILOT/GoModel#946'],
    ['groq', 'llama-3.3-70b-versatile', 'high', null, 'iamsrikanthnani/pluely#219'],
    ['openai', 'gpt-5', 'none', 'minimal', 'Kilo-Org/cloud#3807'],
    ['openai', 'gpt-5-mini-2025-08-07', 'xhigh', 'high', 'eyaltoledano/claude-task-master#1508'],
    ['openai', 'gpt-5.1', 'minimal', 'low', 'router-for-me/CLIProxyAPI#249'],
    ['openai', 'gpt-5.1', 'none', 'none', 'livekit/agents#3966'],
    ['openai', 'gpt-5.2', 'max', 'xhigh', 'eyaltoledano/claude-task-master#1508'],
    ['openai', 'gpt-5-codex', 'minimal', 'low', 'CherryHQ/cherry-studio#10430'],
    ['openai', 'gpt-5.1-codex', 'none', 'low', 'openai/codex#6647'],
    ['openai', 'gpt-5-pro', 'low', 'high', 'anomalyco/opencode#26268'],
    ['openai', 'gpt-5.6-sol', 'max', 'max', 'enricoros/big-AGI#1159'],
    ['openai', 'gpt-5.5', 'max', 'xhigh', 'AntSeed/antseed#1040'],
    ['openai', 'gpt-5.10', 'max', 'max', 'enricoros/big-AGI#1159: later models'],
    ['openai', 'gpt-6-astra', 'none', 'low', 'UKGovernmentBEIS/inspect_ai#5254'],
    ['openai', 'gpt-6-astra', 'max', 'xhigh', 'BerriAI/litellm-docs#1173'],
    [
      'openai',
      'ft:gpt-4o-2024-08-06:acme::b1',
      'high',
      null,
      'https://platform.openai.com/docs/models/gpt-4o',
    ],
    [
      'openai',
      'ft:o4-mini-2025-04-16:acme::b1',
      'xhigh',
      'high',
      'https://platform.openai.com/docs/models/o4-mini',
    ],
    ['openai', 'o4-mini-deep-research', 'high', 'medium', 'anomalyco/models.dev#2473'],
    ['openai', 'gpt-5', 'ultra', null, 'aebrer/dreb#481: a word of clients'],
    ['openai', 'gpt-5.2-pro', 'none', 'medium', 'eyaltoledano/claude-task-master#1508'],
    ['openai', 'o3', 'none', 'low', 'https://platform.openai.com/docs/guides/reasoning'],
    ['openai', 'gpt-4.1', 'high', null, 'https://platform.openai.com/docs/models/gpt-4.1'],
    ['openai', 'gpt-4o-mini', 'none', null, 'https://platform.openai.com/docs/models/gpt-4o-mini'],
    ['moonshot', 'kimi-k3', 'medium', 'low', 'anomalyco/models.dev#4721'],
    ['moonshot', 'kimi-k3', 'none', 'low', 'anomalyco/models.dev#4721'],
    ['xai', 'grok-4', 'high', null, 'https://docs.x.ai/docs/guides/reasoning'],
    ['xai', 'grok-4', 'none', null, 'https://docs.x.ai/docs/guides/reasoning'],
    ['xai', 'grok-3-mini', 'medium', 'low', 'https://docs.x.ai/docs/guides/reasoning'],
    ['ollama', 'qwen3.5:9b', 'none', 'none', 'odysseus-dev/odysseus#5503'],
    ['custom', 'a-model', 'none', 'none', 'NousResearch/hermes-agent#6152'],
  ]
  testSituations(
    'chat',
    Object.fromEntries(
      rows.map(([provider, model, asked, sent, source]) => [
        `${provider} ${model}: ${asked} is ${sent ?? 'left out'}`,
        {
          source,
          from: 'responses',
          provider,
          body: effort(model, asked),
          ...(sent === null
            ? { lacks: ['reasoning_effort'], leftOut: model === 'gpt-4o-mini' ? [] : ['reasoning.effort'] }
            : { sent: { reasoning_effort: sent }, leftOut: [] }),
        },
      ]),
    ),
  )
})

describe('schemas', () => {
  testSituations('chat', {
    'an array without items': {
      source: 'digitalocean-labs/mcp-digitalocean#265',
      from: 'messages',
      body: withTool({ type: 'object', properties: { tags: { type: 'array', description: 'x' } } }),
      has: ['"tags":{"type":"array","description":"x","items":{}}'],
    },
    'an array without items, below a choice': {
      source: 'NousResearch/hermes-agent#24208',
      from: 'messages',
      body: withTool({
        type: 'object',
        properties: {
          a: { anyOf: [{ type: 'array' }, { type: 'object', properties: { b: { type: 'array' } } }] },
        },
      }),
      has: ['{"type":"array","items":{}}', '"b":{"type":"array","items":{}}'],
    },
    'a tuple': {
      source: 'NousResearch/hermes-agent#25846',
      from: 'messages',
      body: withTool({
        type: 'object',
        properties: { a: { type: 'array', prefixItems: [{ type: 'string' }] } },
      }),
      has: ['"prefixItems":[{"type":"string"}],"items":{}'],
    },
    'a closed schema of the answer with words that strict mode refuses': {
      source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
      from: 'messages',
      body: form({ ...closed, properties: { a: { oneOf: [{ type: 'string' }] } }, required: ['a'] }),
      sent: { response_format: { json_schema: { strict: false } } },
    },
    'a strict tool with a default': {
      source: 'anomalyco/opencode#13737',
      from: 'messages',
      body: withTool(
        { ...closed, properties: { a: { type: 'string', default: 'x' } }, required: ['a'] },
        { strict: true },
      ),
      sent: { tools: [{ function: { strict: false } }] },
    },
    'a strict tool whose schema is a choice at its top': {
      source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
      from: 'messages',
      body: withTool({ anyOf: [{ ...closed, properties: {}, required: [] }] }, { strict: true }),
      sent: { tools: [{ function: { strict: false } }] },
    },
    'an answer that is a list, of a service that takes it': {
      source: 'https://docs.vllm.ai/en/latest/features/structured_outputs.html: any schema',
      from: 'gemini',
      provider: 'vllm',
      body: gemini({
        generationConfig: {
          responseMimeType: 'application/json',
          responseSchema: { type: 'ARRAY', items: { type: 'STRING' } },
        },
      }),
      sent: { response_format: { json_schema: { schema: { type: 'array' } } } },
    },
    'an answer that is a choice': {
      source: 'https://platform.openai.com/docs/guides/structured-outputs: the root is an object',
      from: 'messages',
      provider: 'openai',
      body: form({ anyOf: [{ ...closed, properties: {}, required: [] }] }),
      lacks: ['response_format'],
      has: [String.raw`\"anyOf\"`],
    },
    'a closed schema of the answer with a format that strict mode refuses': {
      source: 'cyanheads/git-mcp-server#47',
      from: 'messages',
      body: form({ ...closed, properties: { u: { type: 'string', format: 'uri' } }, required: ['u'] }),
      sent: { response_format: { json_schema: { strict: false } } },
    },
    'a closed schema of the answer with a format that strict mode takes': {
      source: 'cyanheads/git-mcp-server#47',
      from: 'messages',
      body: form({ ...closed, properties: { u: { type: 'string', format: 'uuid' } }, required: ['u'] }),
      sent: { response_format: { json_schema: { strict: true } } },
    },
    'a closed schema of the answer with a value of any type': {
      source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
      from: 'messages',
      body: form({ ...closed, properties: { v: {} }, required: ['v'] }),
      sent: { response_format: { json_schema: { strict: false } } },
    },
    'a strict tool with a list of anything': {
      source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
      from: 'messages',
      body: withTool({ ...closed, properties: { v: { type: 'array' } }, required: ['v'] }, { strict: true }),
      sent: { tools: [{ function: { strict: false } }] },
    },
    'an answer that is a list': {
      source: 'https://platform.openai.com/docs/guides/structured-outputs: the root is an object',
      from: 'gemini',
      provider: 'openai',
      body: gemini({
        generationConfig: {
          responseMimeType: 'application/json',
          responseSchema: { type: 'ARRAY', items: { type: 'STRING' } },
        },
      }),
      lacks: ['response_format'],
      has: [String.raw`\"array\"`, 'JSON'],
    },
    'a strict tool that strict mode takes': {
      source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
      from: 'messages',
      body: withTool(
        { ...closed, properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] },
        { strict: true },
      ),
      sent: { tools: [{ function: { strict: true } }] },
      has: ['"minimum":1'],
    },
  })
})

function expect9(): unknown {
  return expect.stringMatching(/^[a-zA-Z0-9]{9}$/)
}

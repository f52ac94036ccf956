import { describe } from 'vitest'
import {
  assistant,
  base64,
  call,
  chat,
  gemini,
  responses,
  result,
  testSituations,
  tool,
  user,
} from './given-situation.ts'

const form = (schema: object, more: object = {}) =>
  chat({ response_format: { type: 'json_schema', json_schema: { name: 'a', schema, ...more } } })
const bounded = {
  type: 'object',
  properties: {
    score: { type: 'integer', minimum: 1, maximum: 10 },
    title: { type: 'string', maxLength: 80, description: 'A title.' },
    tags: { type: 'array', items: { type: 'string' }, minItems: 3 },
  },
  required: ['score', 'title', 'tags'],
}
const file = (url: string) =>
  chat({ messages: [user([{ type: 'file', file: { filename: 'f', file_data: url } }])] })
const marked = (text: string) => ({ type: 'text', text, cache_control: { type: 'ephemeral' } })
const bytes = 'iVBORw0KGgoAAAANSUhEUgAA_-8A'

describe('from chat completions', () => {
  testSituations('messages', {
    'a user by e-mail address': {
      source: 'BerriAI/litellm#10106',
      from: 'chat',
      body: chat({ user: 'ada@example.com' }),
      lacks: ['metadata'],
      leftOut: ['user'],
    },
    'a user by phone number': {
      source: 'BerriAI/litellm#10102',
      from: 'chat',
      body: chat({ safety_identifier: '+49 170 1234567' }),
      lacks: ['metadata'],
      leftOut: ['safety_identifier'],
    },
    'an opaque user': {
      source: 'BerriAI/litellm#10102',
      from: 'chat',
      body: chat({ user: 'user-5f3a' }),
      sent: { metadata: { user_id: 'user-5f3a' } },
      leftOut: [],
    },
    'a schema of the answer with bounds': {
      source: 'BerriAI/litellm#20813',
      from: 'chat',
      body: form(bounded),
      lacks: ['"minimum"', '"maximum"', '"maxLength"', '"minItems"'],
      has: ['minimum: 1', 'A title.', 'maxLength: 80'],
    },
    'a schema of the answer with a bound that Anthropic takes': {
      source: 'laravel/ai#715',
      from: 'chat',
      body: form({ type: 'object', properties: { a: { type: 'array', items: {}, minItems: 1 } } }),
      has: ['"minItems":1'],
    },
    'a choice in a schema of the answer': {
      source: '@anthropic-ai/sdk 1.12, lib/transform-json-schema',
      from: 'chat',
      body: form({ type: 'object', properties: { a: { oneOf: [{ type: 'string' }, { type: 'null' }] } } }),
      has: ['"anyOf":[{"type":"string"},{"type":"null"}]'],
      lacks: ['oneOf'],
    },
    'formats in a schema of the answer': {
      source: '@anthropic-ai/sdk 1.12, lib/transform-json-schema',
      from: 'chat',
      body: form({
        type: 'object',
        properties: { a: { type: 'string', format: 'date-time' }, b: { type: 'string', format: 'regex' } },
      }),
      has: ['"format":"date-time"', 'format: regex'],
      lacks: ['"format":"regex"'],
    },
    'a strict tool with bounds': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/strict-tool-use',
      from: 'chat',
      body: chat({
        tools: [
          {
            type: 'function',
            function: {
              name: 'f',
              strict: true,
              parameters: {
                type: 'object',
                properties: { n: { type: 'integer', minimum: 1 } },
                required: ['n'],
                additionalProperties: false,
              },
            },
          },
        ],
      }),
      sent: { tools: [{ strict: true }] },
      lacks: ['"minimum"'],
    },
    'a tool with bounds that is not strict': {
      source: 'BerriAI/litellm#20813',
      from: 'chat',
      body: chat({
        tools: [tool('f', { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } })],
      }),
      has: ['"minimum":1'],
    },
    'five cache marks': {
      source: 'router-for-me/CLIProxyAPI#4795',
      from: 'chat',
      body: chat({
        messages: [
          { role: 'system', content: [marked('rules')] },
          ...['a', 'b', 'c', 'd'].map((text) => user([marked(text)])),
        ],
      }),
      has: ['"text":"rules","cache_control"', '"text":"d","cache_control"', '"text":"c","cache_control"'],
      lacks: ['"text":"a","cache_control"'],
    },
    'six cache marks, most of them before the conversation': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/prompt-caching: 4 marks',
      from: 'chat',
      body: chat({
        messages: [
          { role: 'system', content: ['s1', 's2', 's3', 's4', 's5'].map((text) => marked(text)) },
          user([marked('u1')]),
        ],
      }),
      has: ['"text":"s3","cache_control"', '"text":"s5","cache_control"', '"text":"u1","cache_control"'],
      lacks: ['"text":"s1","cache_control"', '"text":"s2","cache_control"'],
      leftOut: ['cache_control'],
    },
    'a schema of the answer with two choices and a map': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/structured-outputs',
      from: 'chat',
      body: form({
        type: 'object',
        properties: {
          a: { anyOf: [{ type: 'string' }], oneOf: [{ type: 'number' }] },
          m: { type: 'object', additionalProperties: { type: 'integer' } },
        },
      }),
      has: [
        '"anyOf":[{"type":"string"}]',
        'oneOf: [{\\"type\\":\\"number\\"}]',
        'additionalProperties: {\\"type\\":\\"integer\\"}',
      ],
      lacks: ['"oneOf"', '"additionalProperties":{'],
    },
    'results of which one has another id': {
      source: 'openai/codex#7051: ids that a client has changed',
      from: 'chat',
      body: chat({
        messages: [
          user(),
          assistant(null, call('a'), call('b', 'g')),
          result('A', 'of a'),
          result('b', 'of b'),
        ],
        tools: [tool('f'), tool('g')],
      }),
      has: ['"tool_use_id":"a","content":"of a"', '"tool_use_id":"b","content":"of b"'],
      sent: { messages: [{}, {}, { content: [{ tool_use_id: 'a' }, { tool_use_id: 'b' }] }] },
    },
    'a bare PDF in lines': {
      source: 'RFC 2045, section 6.8: mail encoders break lines',
      from: 'chat',
      body: file('JVBERi0x\nLjQK'),
      has: ['"data":"JVBERi0xLjQK"'],
    },
    'two tools of one name': {
      source: 'docker/docker-agent#2251',
      from: 'chat',
      body: chat({
        tools: [tool('read'), tool('read', { type: 'object', properties: { a: {} } }), tool('x')],
      }),
      sent: { tools: [{ name: 'read' }, { name: 'x' }] },
      leftOut: ['tools.read'],
    },
    'a schema whose type is a list': {
      source: '@anthropic-ai/sdk 1.12: input_schema.type is "object"',
      from: 'chat',
      body: chat({ tools: [tool('f', { type: ['object', 'null'], properties: { a: {} } })] }),
      sent: { tools: [{ input_schema: { type: 'object', properties: { a: {} } } }] },
    },
    'a schema without a type, by null': {
      source: '@anthropic-ai/sdk 1.12: input_schema.type is "object"',
      from: 'chat',
      body: chat({ tools: [tool('f', { type: null, properties: {} })] }),
      sent: { tools: [{ input_schema: { type: 'object' } }] },
    },
    'a choice of tools as an object: auto': {
      source: 'BerriAI/litellm#32505',
      from: 'chat',
      body: chat({ tools: [tool('f')], tool_choice: { type: 'auto' } }),
      sent: { tool_choice: { type: 'auto' } },
    },
    'a choice of tools as an object: required': {
      source: 'BerriAI/litellm#32505',
      from: 'chat',
      body: chat({ tools: [tool('f')], tool_choice: { type: 'required' } }),
      sent: { tool_choice: { type: 'any' } },
    },
    'a choice of tools as an object: none': {
      source: 'BerriAI/litellm#24443',
      from: 'chat',
      body: chat({ tools: [tool('f')], tool_choice: { type: 'none' } }),
      sent: { tool_choice: { type: 'none' } },
    },
    'allowed tools, one of them custom': {
      source: 'openai 7.57, ChatCompletionAllowedTools',
      from: 'chat',
      body: chat({
        tools: [tool('f'), tool('g'), { type: 'custom', custom: { name: 'patch' } }],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: {
            mode: 'required',
            tools: [
              { type: 'custom', custom: { name: 'patch' } },
              { type: 'function', function: { name: 'g' } },
            ],
          },
        },
      }),
      sent: { tools: [{ name: 'g' }, { name: 'patch' }], tool_choice: { type: 'any' } },
    },
    'JSON mode with a schema beside it': {
      source: 'https://docs.fireworks.ai/structured-responses (json_object with a schema)',
      from: 'chat',
      body: chat({
        response_format: {
          type: 'json_object',
          schema: { type: 'object', properties: { a: { type: 'string' } } },
        },
      }),
      sent: { output_config: { format: { schema: { properties: { a: { type: 'string' } } } } } },
    },
    'a CSV file': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/files: other formats go as text',
      from: 'chat',
      body: file(`data:text/csv;base64,${base64('a,b')}`),
      has: ['"type":"text","media_type":"text/plain","data":"a,b"'],
    },
    'a Markdown file with a charset': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/files: other formats go as text',
      from: 'chat',
      body: file(`data:text/markdown;charset=utf-8;base64,${base64('# ä')}`),
      has: ['"data":"# ä"'],
    },
    'a JSON file': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/files: other formats go as text',
      from: 'chat',
      body: file(`data:application/json;base64,${base64('{"a":1}')}`),
      has: [String.raw`"data":"{\"a\":1}"`],
    },
    'an image in base64 with line breaks': {
      source: 'RFC 2045, section 6.8: encoders break lines',
      from: 'chat',
      body: chat({
        messages: [
          user([{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0K\r\nGgoAAAAN\n' } }]),
        ],
      }),
      has: ['"data":"iVBORw0KGgoAAAAN"'],
    },
    'a data URL in capitals': {
      source: 'RFC 2397: the type of a data URL has no case',
      from: 'chat',
      body: chat({
        messages: [user([{ type: 'image_url', image_url: { url: 'data:IMAGE/PNG;BASE64,iVBORw0KGgo=' } }])],
      }),
      has: ['"media_type":"image/png","data":"iVBORw0KGgo="'],
    },
    'the result of a tool as an object': {
      source: 'musistudio/claude-code-router#897',
      from: 'chat',
      body: chat({ messages: [user(), assistant(null, call('a')), result('a', { ok: true })] }),
      has: [String.raw`"content":"{\"ok\":true}"`],
    },
    'a content that is one part, without a list': {
      source: 'musistudio/claude-code-router#897',
      from: 'chat',
      body: chat({ messages: [user({ type: 'text', text: 'one' })] }),
      sent: { messages: [{ role: 'user', content: 'one' }] },
    },
    'the result of a tool without an id': {
      source: 'ollama/ollama: results have a name alone',
      from: 'chat',
      body: chat({
        messages: [user(), assistant(null, call('a')), { role: 'tool', name: 'f', content: 'ok' }],
      }),
      has: ['"tool_use_id":"a","content":"ok"'],
    },
    'an empty result of a tool': {
      source: 'microsoft/autogen#6083',
      from: 'chat',
      body: chat({ messages: [user(), assistant('', call('a')), result('a', '')] }),
      lacks: ['"text":""', '"content":""'],
      has: ['"type":"tool_result","tool_use_id":"a"'],
    },
    'an empty turn of the assistant': {
      source: 'langchain-ai/langchain#33390',
      from: 'chat',
      body: chat({ messages: [user('a'), assistant(''), user('b')] }),
      sent: { messages: [{ role: 'user' }] },
      lacks: ['assistant', '"text":""'],
    },
    'arguments of a call that are an empty text': {
      source: 'BerriAI/litellm#25321',
      from: 'chat',
      body: chat({ messages: [user(), assistant(null, call('a', 'f', '')), result('a', 'x')] }),
      has: ['"input":{}'],
    },
    'verbosity and a prediction': {
      source: 'https://platform.openai.com/docs/api-reference/chat/create',
      from: 'chat',
      body: chat({ verbosity: 'low', prediction: { type: 'content', content: 'x' } }),
      lacks: ['verbosity', 'prediction'],
      leftOut: ['prediction', 'verbosity'],
    },
  })
})

const patch = { type: 'update_file', path: 'src/a.ts', diff: '@@' }
describe('what Anthropic refuses', () => {
  const talked = (...more: object[]) => [user(), assistant(null, call('a')), ...more]
  testSituations('messages', {
    'a failure without words': {
      source: 'bytedance/trae-agent#231',
      from: 'gemini',
      body: gemini({
        contents: [
          { parts: [{ text: 'a' }] },
          { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
          { parts: [{ functionResponse: { name: 'f', response: { error: '' } } }] },
        ],
      }),
      sent: { messages: [{}, {}, { content: [{ type: 'tool_result', is_error: true, content: 'Error' }] }] },
    },
    "what is left out has the client's own name": {
      source: 'https://ai.google.dev/api/generate-content#generationconfig',
      from: 'gemini',
      body: gemini({ generationConfig: { temperature: 1.5 } }),
      sent: { temperature: 1 },
      leftOut: ['generationConfig.temperature'],
    },
    'a choice among tools that are not offered': {
      source: 'https://platform.openai.com/docs/api-reference/chat: allowed_tools',
      from: 'chat',
      body: chat({
        tools: [tool('f')],
        tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [tool('g')] } },
      }),
      lacks: ['tools', 'tool_choice'],
    },
    'a forced choice among tools that are not offered': {
      source: 'https://platform.openai.com/docs/api-reference/chat: allowed_tools',
      from: 'chat',
      body: chat({
        tools: [tool('f')],
        tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [tool('g')] } },
      }),
      refused: 'tool_choice',
    },
    'a PDF as an image': {
      source: 'https://docs.litellm.ai/docs/completion/document_understanding',
      from: 'chat',
      body: chat({
        messages: [user([{ type: 'image_url', image_url: { url: 'data:application/pdf;base64,JVBERi0=' } }])],
      }),
      sent: {
        messages: [{ content: [{ type: 'document', source: { media_type: 'application/pdf' } }] }],
      },
    },
    'earlier calls in a request that offers no tools': {
      source: 'UKGovernmentBEIS/inspect_ai#176',
      from: 'chat',
      body: chat({ messages: talked(result('a', 'x'), user('Sum up.')) }),
      sent: {
        tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }],
        tool_choice: { type: 'none' },
      },
    },
    'arguments that are null': {
      source: 'editor-code-assistant/eca#340',
      from: 'chat',
      body: chat({ messages: [user(), assistant(null, call('a', 'f', 'null')), result('a', 'x')] }),
      sent: { messages: [{}, { content: [{ type: 'tool_use', input: {} }] }, {}] },
      lacks: ['null'],
    },
    'an effort that is none': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/effort',
      from: 'chat',
      body: chat({ model: 'claude-opus-5', reasoning_effort: 'default' }),
      lacks: ['thinking', 'default'],
      leftOut: ['reasoning_effort'],
    },
    'thinking that a client wants to see, on a model that hides it': {
      source: 'docker/docker-agent#3415',
      from: 'chat',
      body: chat({ model: 'claude-opus-4-7', reasoning_effort: 'high' }),
      sent: { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' } },
    },
    'thinking that a client does not want to see, on a model that hides it': {
      source: 'https://ai.google.dev/gemini-api/docs/thinking: includeThoughts',
      from: 'gemini',
      body: gemini({
        model: 'claude-opus-5',
        generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } },
      }),
      sent: { thinking: { type: 'adaptive' } },
      lacks: ['display'],
    },
    'thinking on a model that shows it by default': {
      source: 'docker/docker-agent#2451',
      from: 'chat',
      body: chat({ model: 'claude-opus-4-6', reasoning_effort: 'high' }),
      lacks: ['display'],
    },
    'a choice that may be null, in the words of Google': {
      source: 'https://ai.google.dev/api/caching#Schema: nullable',
      from: 'gemini',
      body: gemini({
        tools: [
          {
            functionDeclarations: [
              {
                name: 'f',
                parameters: {
                  type: 'OBJECT',
                  properties: {
                    a: { type: 'STRING', format: 'enum', enum: ['x'], nullable: true },
                    b: { anyOf: [{ type: 'STRING' }], nullable: true },
                  },
                },
              },
            ],
          },
        ],
      }),
      has: ['"enum":["x",null]', '"anyOf":[{"type":"string"},{"type":"null"}]'],
      lacks: ['format', 'nullable'],
    },
  })
})

describe('from Responses', () => {
  testSituations('messages', {
    'a conversation that OpenAI has compacted': {
      source: 'https://platform.openai.com/docs/guides/conversation-state: compaction',
      from: 'responses',
      body: responses({ input: [{ type: 'compaction', encrypted_content: 's' }, user()] }),
      refused: 'input[0]',
    },
    'a wish for a compaction': {
      source: 'openai/codex: codex-rs/protocol/src/models.rs, CompactionTrigger',
      from: 'responses',
      body: responses({ input: [user(), { type: 'compaction_trigger' }] }),
      refused: 'input[1]',
    },
    'a compaction without content': {
      source: 'openai/codex: codex-rs/protocol/src/models.rs, ContextCompaction',
      from: 'responses',
      body: responses({ input: [{ type: 'context_compaction' }, user()] }),
      sent: { messages: [{ role: 'user' }] },
    },
    'a reference to an item': {
      source: 'vercel/ai: packages/openai, convertToOpenAIResponsesInput',
      from: 'responses',
      body: responses({ input: [user(), { type: 'item_reference', id: 'msg_1' }] }),
      refused: 'input[1]',
    },
    'probabilities by include': {
      source: 'https://platform.openai.com/docs/api-reference/responses/create: include',
      from: 'responses',
      body: responses({ include: ['message.output_text.logprobs'] }),
      refused: 'include',
    },
    'sources by include': {
      source: 'https://platform.openai.com/docs/api-reference/responses/create: include',
      from: 'responses',
      body: responses({ include: ['web_search_call.action.sources', 'reasoning.encrypted_content'] }),
      leftOut: [],
    },
    "a patch of OpenAI's own tool": {
      source: 'openai 7.57, ResponseInputItem.ApplyPatchCall',
      from: 'responses',
      body: responses({
        input: [
          user(),
          { type: 'apply_patch_call', call_id: 'a', operation: patch, status: 'completed' },
          { type: 'apply_patch_call_output', call_id: 'a', output: 'Done!', status: 'completed' },
          user('next'),
        ],
      }),
      has: ['src/a.ts', 'Done!'],
    },
    'a picture in the output of a function': {
      source: 'QuantumNous/new-api#7227',
      from: 'responses',
      body: responses({
        input: [
          { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
          {
            type: 'function_call_output',
            call_id: 'a',
            output: [
              { type: 'input_text', text: 'here' },
              { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
            ],
          },
        ],
      }),
      has: ['"type":"tool_result"', '"type":"image"', '"media_type":"image/png"'],
    },
    'tools that OpenAI runs, beside others': {
      source: 'router-for-me/CLIProxyAPI#3199',
      from: 'responses',
      body: responses({
        tools: [
          { type: 'image_generation', output_format: 'png' },
          { type: 'function', name: 'f' },
        ],
      }),
      sent: { tools: [{ name: 'f', input_schema: { type: 'object' } }] },
      leftOut: ['tools.image_generation'],
    },
    'a group of tools without schemas': {
      source: 'router-for-me/CLIProxyAPI#3199',
      from: 'responses',
      body: responses({
        tools: [{ type: 'namespace', name: 'mcp', tools: [{ type: 'function', name: 'f' }] }],
      }),
      sent: { tools: [{ name: 'mcp__f', input_schema: { type: 'object' } }] },
    },
    "a choice of OpenAI's own tool": {
      source: 'openai 7.57, ToolChoiceApplyPatch',
      from: 'responses',
      body: responses({ tools: [{ type: 'function', name: 'f' }], tool_choice: { type: 'apply_patch' } }),
      lacks: ['tool_choice'],
      leftOut: ['tool_choice'],
    },
    'an item of tomorrow': {
      source: 'openai 7.57, ResponseConfigurationUpdateItemParam',
      from: 'responses',
      body: responses({ input: [user(), { type: 'configuration_update', configuration: {} }] }),
      leftOut: ['input.configuration_update'],
    },
    'sealed reasoning of OpenAI': {
      source: 'lidge-jun/opencodex#2247',
      from: 'responses',
      body: responses({
        input: [
          user(),
          { type: 'reasoning', summary: [], encrypted_content: 'gAAAA' },
          assistant('x'),
          user(),
        ],
      }),
      lacks: ['gAAAA'],
    },
  })
})

describe('from Gemini', () => {
  testSituations('messages', {
    'an image in base64 for URLs, as the Python SDK writes it': {
      source: 'googleapis/python-genai: bytes are URL-safe base64',
      from: 'gemini',
      body: gemini({ contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: bytes } }] }] }),
      has: ['"data":"iVBORw0KGgoAAAANSUhEUgAA/+8A"'],
    },
    'a CSV file': {
      source: 'https://ai.google.dev/gemini-api/docs/document-processing',
      from: 'gemini',
      body: gemini({
        contents: [{ parts: [{ inlineData: { mimeType: 'text/csv', data: base64('a,b') } }] }],
      }),
      has: ['"data":"a,b"'],
    },
    'calls of tools that Google ran': {
      source: '@google/genai 2.32, Part.toolCall',
      from: 'gemini',
      body: gemini({
        contents: [
          { role: 'user', parts: [{ text: 'hi' }] },
          { role: 'model', parts: [{ toolCall: { toolType: 'GOOGLE_SEARCH' } }, { text: 'found' }] },
          { role: 'user', parts: [{ text: 'next' }] },
        ],
      }),
      has: ['found', 'next'],
    },
    'a content without parts': {
      source: 'router-for-me/CLIProxyAPI#2108',
      from: 'gemini',
      body: gemini({
        contents: [
          { role: 'user', parts: [{ text: 'a' }] },
          { role: 'model', parts: [] },
          { role: 'user', parts: [{ text: 'b' }] },
        ],
      }),
      sent: { messages: [{ role: 'user' }] },
    },
    'a part that is empty': {
      source: 'kittors/CliRelay#264',
      from: 'gemini',
      body: gemini({ contents: [{ parts: [{}, { text: 'a' }] }] }),
      sent: { messages: [{ role: 'user', content: 'a' }] },
    },
    'a part that is an empty text': {
      source: 'router-for-me/CLIProxyAPI#1292',
      from: 'gemini',
      body: gemini({ contents: [{ parts: [{ text: '' }, { text: 'a' }] }] }),
      sent: { messages: [{ role: 'user', content: 'a' }] },
    },
  })
})

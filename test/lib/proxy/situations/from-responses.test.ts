import { describe } from 'vitest'
import { testAccount } from './given-account.ts'

const ask = (fields: object = {}) => ({ model: 'm1', input: 'hi', ...fields })
const tool = (name: string) => ({
  type: 'function',
  name,
  parameters: { type: 'object', properties: { a: { type: 'string' } } },
})
const nested = {
  type: 'function',
  function: { name: 'a', description: 'A.', parameters: { type: 'object', properties: {} } },
}
const grammar = { type: 'grammar', syntax: 'lark', definition: 'start: "x"+' }
const PNG = 'data:image/png;base64,iVBORw0KGgo='
const said = (...content: object[]) => ask({ input: [{ role: 'user', content }] })

describe('Responses on an account of chat completions', () => {
  testAccount('chat', {
    'a tool in the form of chat completions': {
      source: 'BerriAI/litellm#27276: tools nested in `function`',
      from: 'responses',
      body: ask({ tools: [nested] }),
      sent: { tools: [{ type: 'function', function: { name: 'a', description: 'A.' } }] },
    },
    'a tool in the form of chat completions, with more beside its definition': {
      source: 'https://platform.openai.com/docs/api-reference/responses: strict',
      from: 'responses',
      body: ask({ tools: [{ ...nested, strict: false, priority: 1 }] }),
      sent: { tools: [{ function: { name: 'a', strict: false } }] },
      leftOut: ['tools.priority'],
    },
    'a forced tool in the form of chat completions': {
      source: 'BerriAI/litellm#29812',
      from: 'responses',
      body: ask({ tools: [tool('a')], tool_choice: { type: 'function', function: { name: 'a' } } }),
      sent: { tool_choice: { type: 'function', function: { name: 'a' } } },
    },
    'a custom tool with a grammar, forced': {
      source: 'BerriAI/litellm#27276: custom',
      from: 'responses',
      body: ask({
        tools: [{ type: 'custom', name: 'patch', format: grammar }],
        tool_choice: { type: 'custom', name: 'patch' },
      }),
      has: ['start: '],
      sent: { tool_choice: { type: 'function', function: { name: 'patch' } } },
    },
    'some tools, one of which must be called': {
      source: 'https://platform.openai.com/docs/api-reference/responses/create: allowed_tools',
      from: 'responses',
      body: ask({
        tools: [tool('a'), tool('b')],
        tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'a' }] },
      }),
      sent: { tool_choice: 'required' },
      lacks: ['"name":"b"'],
    },
    'a server of MCP beside own tools, and chosen': {
      source: 'https://platform.openai.com/docs/guides/tools-connectors-mcp',
      from: 'responses',
      body: ask({
        tools: [{ type: 'mcp', server_label: 'wiki', server_url: 'https://a.example' }, tool('a')],
        tool_choice: { type: 'mcp', server_label: 'wiki' },
      }),
      leftOut: ['tools.mcp', 'tool_choice'],
    },
    'a server of MCP alone, which changes the answer': {
      source: 'https://platform.openai.com/docs/guides/tools-connectors-mcp',
      from: 'responses',
      body: ask({ tools: [{ type: 'mcp', server_label: 'wiki', server_url: 'https://a.example' }] }),
      refused: 'mcp',
    },
    'an effort beyond the model, with a summary': {
      source: 'openai/codex: model_reasoning_effort xhigh',
      from: 'responses',
      body: ask({
        model: 'gpt-5.1',
        reasoning: { effort: 'xhigh', summary: 'auto' },
        text: { verbosity: 'low' },
      }),
      provider: 'openai',
      sent: { reasoning_effort: 'high', verbosity: 'low' },
    },
    'an answer in the background': {
      source: 'https://platform.openai.com/docs/guides/background',
      from: 'responses',
      body: ask({ background: true }),
      refused: 'background',
    },
    'a conversation that OpenAI keeps': {
      source: 'https://platform.openai.com/docs/guides/conversation-state',
      from: 'responses',
      body: ask({ conversation: { id: 'conv_1' } }),
      refused: 'conversation',
    },
    'hints about the course of the answer': {
      source: 'https://platform.openai.com/docs/api-reference/responses/create',
      from: 'responses',
      body: ask({
        max_tool_calls: 3,
        truncation: 'auto',
        include: ['reasoning.encrypted_content'],
        context_management: [{ type: 'compaction', compact_threshold: 9 }],
        store: false,
      }),
      leftOut: ['max_tool_calls', 'context_management'],
    },
    'a picture in the result of a tool': {
      source: 'openai/codex: view_image',
      from: 'responses',
      body: ask({
        tools: [tool('a')],
        input: [
          { role: 'user', content: 'hi' },
          { type: 'function_call', call_id: 'c1', name: 'a', arguments: '{}' },
          { type: 'function_call_output', call_id: 'c1', output: [{ type: 'input_image', image_url: PNG }] },
        ],
      }),
      has: ['"role":"tool"', PNG],
    },
    'an answer of an assistant with its phase and marks': {
      source: 'openai/codex: phase of messages',
      from: 'responses',
      body: ask({
        input: [
          { role: 'user', content: 'hi' },
          {
            type: 'message',
            id: 'msg_1',
            role: 'assistant',
            phase: 'commentary',
            status: 'completed',
            content: [{ type: 'output_text', text: 'a', annotations: [], logprobs: [] }],
          },
          { role: 'user', content: 'b' },
        ],
      }),
      has: ['{"role":"assistant","content":"a"}'],
      leftOut: [],
    },
    'a cut answer': {
      source: 'https://platform.openai.com/docs/api-reference/responses/object',
      from: 'responses',
      body: ask(),
      answer: {
        id: 'c',
        model: 'm1',
        choices: [{ index: 0, finish_reason: 'length', message: { role: 'assistant', content: 'a' } }],
        usage: { prompt_tokens: 5, completion_tokens: 1, completion_tokens_details: { reasoning_tokens: 1 } },
      },
      got: {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        usage: { output_tokens_details: { reasoning_tokens: 1 } },
      },
    },
    'a file that is kept at OpenAI': {
      source: 'https://platform.openai.com/docs/guides/pdf-files',
      from: 'responses',
      body: said({ type: 'input_file', file_id: 'file_1' }),
      refused: 'file_id',
    },
  })
})

describe('Responses on an account of Messages', () => {
  testAccount('messages', {
    'a document by its address': {
      source: 'https://platform.openai.com/docs/guides/pdf-files: file_url',
      from: 'responses',
      body: said({ type: 'input_file', file_url: 'https://a.example/x.pdf' }),
      has: ['{"type":"document","source":{"type":"url","url":"https://a.example/x.pdf"}}'],
    },
    'a priority of OpenAI': {
      source: 'https://platform.claude.com/docs/en/api/service-tiers',
      from: 'responses',
      body: ask({ service_tier: 'priority', prompt_cache_key: 'k', safety_identifier: 'u_1' }),
      sent: { metadata: { user_id: 'u_1' } },
      has: ['"max_tokens"'],
    },
    'a form of the answer with thinking': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/structured-outputs',
      from: 'responses',
      body: ask({
        model: 'claude-opus-4-7',
        reasoning: { effort: 'medium' },
        temperature: 0.2,
        text: {
          format: {
            type: 'json_schema',
            name: 'n',
            schema: { type: 'object', properties: {} },
            strict: true,
          },
        },
      }),
      sent: { output_config: { effort: 'medium', format: { type: 'json_schema' } } },
      leftOut: ['temperature'],
    },
    'the turns of an agent with hosted calls between': {
      source: 'openai 7.59: ResponseInputItem',
      from: 'responses',
      body: ask({
        input: [
          { role: 'user', content: 'hi' },
          { type: 'web_search_call', id: 'w', status: 'completed', action: { type: 'search', query: 'tea' } },
          { type: 'function_call', call_id: 'c1', name: 'a', arguments: '{}' },
          { type: 'function_call_output', call_id: 'c1', output: 'x' },
        ],
        tools: [tool('a')],
      }),
      has: ['tea'],
    },
  })
})

describe('Responses on an account of Gemini', () => {
  testAccount('gemini', {
    'a document by its address': {
      source: 'https://ai.google.dev/gemini-api/docs/document-processing',
      from: 'responses',
      body: said({ type: 'input_file', file_url: 'https://a.example/x.pdf' }),
      has: ['{"fileData":{"mimeType":"application/pdf","fileUri":"https://a.example/x.pdf"}}'],
    },
    'a picture that is kept at OpenAI': {
      source: 'https://platform.openai.com/docs/guides/images-vision: file_id',
      from: 'responses',
      body: said({ type: 'input_image', file_id: 'file_1' }),
      refused: 'file_id',
    },
    'a form of the answer beside tools, on Gemini 3': {
      source: 'https://ai.google.dev/gemini-api/docs/gemini-3: structured outputs with tools',
      from: 'responses',
      body: ask({
        model: 'gemini-3-pro-preview',
        tools: [tool('a')],
        text: {
          format: { type: 'json_schema', name: 'n', schema: { type: 'object', properties: { n: {} } } },
        },
      }),
      sent: {
        generationConfig: { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } },
      },
    },
  })
})

import { describe } from 'vitest'
import { chat, gemini, messages, testSituations, tool, user } from './given-situation.ts'

const own = { name: 'f', input_schema: { type: 'object', properties: {} } }
const think = (more: object = {}, model = 'gpt-5.2') =>
  messages({ model, max_tokens: 32_000, thinking: { type: 'enabled', budget_tokens: 10_000, ...more } })

describe('what Responses take', () => {
  testSituations('responses', {
    'a tool must be called': {
      source: 'BerriAI/litellm#32505',
      from: 'messages',
      body: messages({ tools: [own], tool_choice: { type: 'any' } }),
      sent: { tool_choice: 'required' },
    },
    'no tool may be called': {
      source: 'BerriAI/litellm#32505',
      from: 'messages',
      body: messages({ tools: [own], tool_choice: { type: 'none' } }),
      sent: { tool_choice: 'none' },
    },
    'this tool must be called': {
      source: 'BerriAI/litellm#32505',
      from: 'messages',
      body: messages({ tools: [own], tool_choice: { type: 'tool', name: 'f' } }),
      sent: { tool_choice: { type: 'function', name: 'f' } },
    },
    'thinking that the client wants to see': {
      source: 'BerriAI/litellm#20433',
      from: 'messages',
      body: think(),
      sent: { reasoning: { effort: 'medium', summary: 'auto' } },
    },
    'adaptive thinking that the client wants to see': {
      source: 'BerriAI/litellm#20433',
      from: 'messages',
      body: messages({ model: 'gpt-5.2', thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }),
      sent: { reasoning: { effort: 'high', summary: 'auto' } },
    },
    'thinking that the client does not want to see': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/thinking: display',
      from: 'messages',
      body: think({ display: 'omitted' }),
      lacks: ['summary'],
    },
    'thoughts that a Gemini client wants to see': {
      source: 'https://ai.google.dev/gemini-api/docs/thinking: includeThoughts',
      from: 'gemini',
      body: gemini({
        model: 'gpt-5.2',
        generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 9000 } },
      }),
      sent: { reasoning: { effort: 'medium', summary: 'auto' } },
    },
    'an effort alone asks for no summary': {
      source: 'home-assistant/core#160212',
      from: 'chat',
      body: chat({ model: 'gpt-5', reasoning_effort: 'high' }),
      sent: { reasoning: { effort: 'high' } },
      lacks: ['summary'],
    },
    'a tool that a search loads': {
      source: 'router-for-me/CLIProxyAPI#1725',
      from: 'messages',
      body: messages({
        tools: [
          { type: 'tool_search_tool_bm25_20251119', name: 'search' },
          { ...own, defer_loading: true },
        ],
      }),
      lacks: ['defer_loading'],
      sent: { tools: [{ type: 'function', name: 'f' }] },
    },
    'a temperature for a model that thinks': {
      source: 'finch-xu/cc-router#32',
      from: 'messages',
      provider: 'openai',
      body: messages({ model: 'gpt-5', temperature: 0.5 }),
      lacks: ['temperature'],
      leftOut: ['temperature'],
    },
    'thinking off, on a model that always thinks': {
      source: 'openai/codex#6647',
      from: 'chat',
      provider: 'openai',
      body: chat({ model: 'gpt-5.1-codex', reasoning_effort: 'none' }),
      sent: { reasoning: { effort: 'low' } },
    },
    'a budget of 0, on a model that always thinks': {
      source: 'Kilo-Org/cloud#3807',
      from: 'gemini',
      provider: 'openai',
      body: gemini({ model: 'gpt-5', generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }),
      sent: { reasoning: { effort: 'minimal' } },
    },
    'the highest effort of another service': {
      source: 'eyaltoledano/claude-task-master#1508',
      from: 'messages',
      provider: 'openai',
      body: messages({ model: 'gpt-5.1', output_config: { effort: 'max' } }),
      sent: { reasoning: { effort: 'high' } },
    },
    'an effort for a model that does not think': {
      source: 'https://platform.openai.com/docs/models/gpt-4.1',
      from: 'messages',
      provider: 'openai',
      body: think({}, 'gpt-4.1'),
      lacks: ['reasoning'],
      leftOut: ['thinking'],
    },
    'thinking off by the switch of a chat client': {
      source: 'https://docs.z.ai/guides/capabilities/thinking',
      from: 'chat',
      provider: 'openai',
      body: chat({ model: 'gpt-5', thinking: { type: 'disabled' } }),
      sent: { reasoning: { effort: 'minimal' } },
    },
    'sound in a message': {
      source: 'openai 7.57, ResponseInputContent: text, images and files',
      from: 'chat',
      body: chat({
        messages: [user([{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }])],
      }),
      refused: 'messages[0].content[0]',
    },
    'a picture in the result of a tool': {
      source: 'ggml-org/llama.cpp#22536',
      from: 'messages',
      body: messages({
        tools: [own],
        messages: [
          user(),
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
          user([
            {
              type: 'tool_result',
              tool_use_id: 'a',
              content: [
                { type: 'text', text: 'x' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
              ],
            },
          ]),
        ],
      }),
      sent: {
        input: [
          {},
          {},
          { type: 'function_call_output', output: [{ type: 'input_text' }, { type: 'input_image' }] },
        ],
      },
    },
    'cache marks': {
      source: 'mnfst/llm-gateway#1871',
      from: 'messages',
      body: messages({ system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] }),
      sent: { instructions: 'a' },
      lacks: ['cache_control'],
    },
    'an array without items': {
      source: 'NousResearch/hermes-agent#24208',
      from: 'messages',
      body: messages({
        tools: [{ name: 'f', input_schema: { type: 'object', properties: { a: { type: 'array' } } } }],
      }),
      has: ['"a":{"type":"array","items":{}}'],
    },
    'several answers': {
      source: 'https://platform.openai.com/docs/api-reference/responses/create has no n',
      from: 'chat',
      body: chat({ n: 2 }),
      refused: 'n',
    },
    'an answer that is a list': {
      source: 'https://platform.openai.com/docs/guides/structured-outputs: the root is an object',
      from: 'gemini',
      provider: 'openai',
      body: gemini({
        generationConfig: { responseMimeType: 'application/json', responseJsonSchema: { type: 'array' } },
      }),
      lacks: ['json_schema', 'json_object'],
      has: [String.raw`\"array\"`],
    },
    'two tools of one name': {
      source: 'trefeon/freebuff-proxy#655',
      from: 'chat',
      body: chat({ tools: [tool('a'), tool('a')] }),
      sent: { tools: [{ name: 'a' }] },
      leftOut: ['tools.a'],
    },
    'a shell that the client runs': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/bash-tool',
      from: 'messages',
      body: messages({ tools: [{ type: 'bash_20250124', name: 'bash' }] }),
      sent: { tools: [{ type: 'function', name: 'bash' }] },
    },
  })
})

import { describe } from 'vitest'
import { testAccount } from './given-account.ts'

const user = (content: unknown = 'hi') => ({ role: 'user', content })
const ask = (fields: object = {}) => ({ model: 'm1', max_tokens: 4096, messages: [user()], ...fields })
const tool = (fields: object = {}) => ({
  name: 'look',
  description: 'Looks.',
  input_schema: { type: 'object', properties: { path: { type: 'string' } } },
  ...fields,
})
const use = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }
const PNG = 'iVBORw0KGgo='
const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }
const shown = (...content: object[]) =>
  ask({
    tools: [tool()],
    messages: [
      user(),
      { role: 'assistant', content: [use] },
      user([{ type: 'tool_result', tool_use_id: 'toolu_1', content }]),
    ],
  })
const form = {
  type: 'json_schema',
  schema: {
    type: 'object',
    properties: { n: { type: 'integer' } },
    required: ['n'],
    additionalProperties: false,
  },
}

describe('Messages on an account of chat completions', () => {
  testAccount('chat', {
    'edits of the context, which only Anthropic makes': {
      source: 'BerriAI/litellm#28779',
      from: 'messages',
      body: ask({
        context_management: {
          edits: [{ type: 'clear_tool_uses_20250919', trigger: { type: 'input_tokens', value: 1000 } }],
        },
        tools: [tool()],
      }),
      leftOut: ['context_management'],
      lacks: ['clear_tool_uses'],
    },
    'a tool that both the model and programs may call': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/programmatic-tool-calling',
      from: 'messages',
      body: ask({
        tools: [
          { type: 'code_execution_20250825', name: 'code_execution' },
          tool({ allowed_callers: ['direct', 'code_execution_20250825'] }),
        ],
      }),
      has: ['"look"'],
      leftOut: ['tools.code_execution_20250825'],
    },
    'a tool that only programs at Anthropic may call, which is refused by name': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/programmatic-tool-calling',
      from: 'messages',
      body: ask({ tools: [tool({ allowed_callers: ['code_execution_20250825'] })] }),
      refused: 'allowed_callers',
    },
    'the caller of an earlier call': {
      source: 'platform.claude.com: programmatic tool calling, `caller`',
      from: 'messages',
      body: ask({
        tools: [tool()],
        messages: [
          user(),
          { role: 'assistant', content: [{ ...use, caller: { type: 'direct' } }] },
          user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' }]),
        ],
      }),
      lacks: ['caller'],
      leftOut: [],
    },
    'a search for tools with deferred ones, all of which are offered': {
      source: 'router-for-me/CLIProxyAPI#1892',
      from: 'messages',
      body: ask({
        tools: [
          { type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' },
          tool({ defer_loading: true }),
        ],
      }),
      has: ['"look"'],
      lacks: ['defer_loading', 'bm25'],
    },
    'the memory tool beside its beta of edits': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/memory-tool',
      from: 'messages',
      body: ask({ tools: [{ type: 'memory_20250818', name: 'memory' }], context_management: { edits: [] } }),
      has: ['"memory"', 'old_path', 'rename'],
    },
    'an effort and a form of the answer together': {
      source: 'vllm-project/vllm#42396: output_config',
      from: 'messages',
      body: ask({
        model: 'gpt-5.1',
        thinking: { type: 'adaptive' },
        output_config: { effort: 'xhigh', format: form },
      }),
      provider: 'openai',
      sent: { reasoning_effort: 'high', response_format: { type: 'json_schema' } },
    },
    'the form of the answer by its older name': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/structured-outputs: output_format',
      from: 'messages',
      body: ask({ output_format: form }),
      sent: { response_format: { type: 'json_schema', json_schema: { schema: form.schema } } },
    },
    'no tool by choice': {
      source: 'BerriAI/litellm#24443',
      from: 'messages',
      body: ask({ tools: [tool()], tool_choice: { type: 'none' } }),
      sent: { tool_choice: 'none' },
    },
    'any tool, one at a time': {
      source: 'BerriAI/litellm#32505',
      from: 'messages',
      body: ask({ tools: [tool()], tool_choice: { type: 'any', disable_parallel_tool_use: true } }),
      sent: { tool_choice: 'required', parallel_tool_calls: false },
    },
    'a choice without tools, as the web search of Claude Code leaves it': {
      source: 'BerriAI/litellm#25477',
      from: 'messages',
      body: ask({ tools: [], tool_choice: { type: 'auto' } }),
      lacks: ['tool_choice', '"tools"'],
    },
    'examples, streaming marks and strictness of a tool': {
      source: 'yuegongzi/copilot-api#11; Wei-Shaw/claude-relay-service#667',
      from: 'messages',
      body: ask({ tools: [tool({ input_examples: [{ path: 'a.txt' }], eager_input_streaming: true })] }),
      has: ['a.txt'],
      lacks: ['eager_input_streaming', 'input_examples'],
    },
    'servers of MCP, which only Anthropic connects to': {
      source: 'https://platform.claude.com/docs/en/agents-and-tools/mcp-connector',
      from: 'messages',
      body: ask({ mcp_servers: [{ type: 'url', url: 'https://example.com', name: 'x' }] }),
      refused: 'mcp_servers',
    },
    'a toolset of MCP beside own tools, without servers': {
      source: 'anthropics/claude-code#15862: mcp_toolset',
      from: 'messages',
      body: ask({ tools: [{ type: 'mcp_toolset', mcp_server_name: 'x' }, tool()], mcp_servers: [] }),
      leftOut: ['tools.mcp_toolset'],
    },
    'a container with skills': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/skills-guide',
      from: 'messages',
      body: ask({ container: { skills: [{ type: 'anthropic', skill_id: 'xlsx', version: 'latest' }] } }),
      refused: 'container',
    },
    'fetching and searching of the web beside own tools': {
      source: 'Alishahryar1/free-claude-code#1470',
      from: 'messages',
      body: ask({
        tools: [
          { type: 'web_fetch_20250910', name: 'web_fetch', max_uses: 3 },
          { type: 'web_search_20250305', name: 'web_search' },
          tool(),
        ],
      }),
      leftOut: ['tools.web_fetch_20250910', 'tools.web_search_20250305'],
    },
    'a result with a search result and a document': {
      source: 'https://platform.claude.com/docs/en/build-with-claude/search-results',
      from: 'messages',
      body: shown(
        {
          type: 'search_result',
          source: 'https://a.example',
          title: 'T',
          content: [{ type: 'text', text: 'found' }],
        },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'note' } },
      ),
      has: ['https://a.example', 'found', 'note'],
    },
    'a result with a reference to a tool': {
      source: 'router-for-me/CLIProxyAPI#1892: tool_reference',
      from: 'messages',
      body: shown({ type: 'tool_reference', tool_name: 'look' }),
      has: ['The tool look is available now.'],
    },
    'thinking that is not shown': {
      source: 'platform.claude.com: thinking.display omitted',
      from: 'messages',
      body: ask({ thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'low' } }),
      sent: { reasoning_effort: 'low' },
      answer: {
        id: 'c',
        object: 'chat.completion',
        model: 'm1',
        choices: [
          {
            index: 0,
            finish_reason: 'stop',
            message: { role: 'assistant', content: 'hello', reasoning_content: 'secret' },
          },
        ],
        usage: { prompt_tokens: 9, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } },
      },
      got: {
        content: [{ type: 'text', text: 'hello' }],
        usage: { input_tokens: 5, cache_read_input_tokens: 4, output_tokens: 2 },
      },
    },
    'a field of tomorrow': {
      source: 'praxis-proxy/ai#1205',
      from: 'messages',
      body: ask({ fallbacks: [{ model: 'x' }], user_profile_id: 'p' }),
      leftOut: ['fallbacks', 'user_profile_id'],
    },
    'an effort on a Mistral that thinks or not': {
      source: 'architects-toolkit/SmartHopper#647; anomalyco/models.dev#1986',
      from: 'messages',
      body: ask({ model: 'mistral-small-latest', output_config: { effort: 'medium' } }),
      provider: 'mistral',
      sent: { reasoning_effort: 'high' },
      leftOut: [],
    },
    'an effort on a Mistral that takes none': {
      source: 'dust-tt/dust#27613: not enabled for this model',
      from: 'messages',
      body: ask({ model: 'codestral-latest', output_config: { effort: 'medium' } }),
      provider: 'mistral',
      lacks: ['reasoning_effort'],
      leftOut: ['thinking'],
    },
    'a budget for a task': {
      source: 'platform.claude.com: output_config.task_budget',
      from: 'messages',
      body: ask({ output_config: { effort: 'medium', task_budget: { type: 'tokens', total: 9 } } }),
      sent: { reasoning_effort: 'medium' },
      leftOut: ['output_config.task_budget'],
    },
    'a filtered answer': {
      source: 'https://platform.openai.com/docs/api-reference/chat/object: finish_reason',
      from: 'messages',
      body: ask(),
      answer: {
        id: 'c',
        model: 'm1',
        choices: [{ index: 0, finish_reason: 'content_filter', message: { role: 'assistant', content: '' } }],
      },
      got: { stop_reason: 'refusal' },
    },
  })
})

describe('Messages on an account of Gemini', () => {
  testAccount('gemini', {
    'a picture in a result, on Gemini 3: it is part of the response': {
      source: 'agno-agi/agno#9630; BerriAI/litellm#29324',
      from: 'messages',
      body: { ...shown({ type: 'text', text: 'seen' }, picture), model: 'gemini-3.7-flash' },
      has: [`"response":{"output":"seen"},"parts":[{"inlineData":{"mimeType":"image/png","data":"${PNG}"}}]`],
    },
    'a picture by its address, on Gemini 3: it follows, since a response takes bytes alone': {
      source: 'agno-agi/agno#9647; ai.google.dev/api: FunctionResponsePart',
      from: 'messages',
      body: {
        ...shown({ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }),
        model: 'gemini-3.7-flash',
      },
      has: ['}},{"fileData":{"mimeType":"image/png","fileUri":"https://example.com/a.png"}}'],
    },
    'a picture in a result, on Gemini 2.5: it follows': {
      source: 'langchain-ai/langchainjs#10297',
      from: 'messages',
      body: { ...shown(picture), model: 'gemini-2.5-flash' },
      has: [`}},{"inlineData":{"mimeType":"image/png","data":"${PNG}"}}`],
    },
    'adaptive thinking on Gemini 2.5': {
      source: 'https://ai.google.dev/gemini-api/docs/thinking: -1',
      from: 'messages',
      body: ask({ model: 'gemini-2.5-pro', thinking: { type: 'adaptive' } }),
      sent: { generationConfig: { thinkingConfig: { thinkingBudget: -1 } } },
    },
    'an effort beyond the model': {
      source: 'https://ai.google.dev/gemini-api/docs/thinking: thinkingLevel',
      from: 'messages',
      body: ask({ model: 'gemini-3.1-pro-preview', output_config: { effort: 'max' } }),
      sent: { generationConfig: { thinkingConfig: { thinkingLevel: 'high' } } },
    },
    'a blocked prompt': {
      source: 'https://ai.google.dev/api/generate-content#PromptFeedback',
      from: 'messages',
      body: ask({ model: 'gemini-2.5-pro' }),
      answer: { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 3 } },
      got: { stop_reason: 'refusal' },
    },
    'tokens of thinking and of the cache': {
      source: 'https://ai.google.dev/api/generate-content#UsageMetadata',
      from: 'messages',
      body: ask({ model: 'gemini-2.5-pro' }),
      answer: {
        candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
        usageMetadata: {
          promptTokenCount: 10,
          cachedContentTokenCount: 6,
          candidatesTokenCount: 2,
          thoughtsTokenCount: 5,
          totalTokenCount: 17,
        },
      },
      got: { usage: { input_tokens: 4, cache_read_input_tokens: 6, output_tokens: 7 } },
    },
  })
})

describe('Messages on an account of Responses', () => {
  testAccount('responses', {
    'the choice of no tool, as a plain word': {
      source: 'BerriAI/litellm#32505',
      from: 'messages',
      body: ask({ tools: [tool()], tool_choice: { type: 'none' } }),
      sent: { tool_choice: 'none' },
    },
    'a forced tool': {
      source: 'BerriAI/litellm#29812',
      from: 'messages',
      body: ask({ tools: [tool()], tool_choice: { type: 'tool', name: 'look' } }),
      sent: { tool_choice: { type: 'function', name: 'look' } },
    },
    'an answer that is a response': {
      source: 'BerriAI/litellm#31551',
      from: 'messages',
      body: ask(),
      answer: {
        object: 'response',
        model: 'm1',
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [
          {
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: 'Hello.' }],
          },
        ],
      },
      got: { stop_reason: 'max_tokens', content: [{ type: 'text', text: 'Hello.' }] },
    },
  })
})

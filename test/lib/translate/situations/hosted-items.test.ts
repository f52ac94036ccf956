// Items of tools that OpenAI runs, or that only its models know, in the history of a Responses client.

import { describe } from 'vitest'
import { responses, testSituations } from './given-situation.ts'

const PNG = 'data:image/png;base64,iVBORw0KGgo='
const after = (...items: object[]) => responses({ input: [{ role: 'user', content: 'go on' }, ...items] })
const sdk = 'openai 7.59: ResponseInputItem'

describe('what hosted tools did reaches another model', () => {
  testSituations('messages', {
    'a shell, with the output of each command': {
      source: `${sdk}.ShellCallOutput`,
      from: 'responses',
      body: after(
        { type: 'shell_call', call_id: 'c', action: { commands: ['ls', 'pwd'] } },
        {
          type: 'shell_call_output',
          call_id: 'c',
          output: [{ stdout: 'a.txt', stderr: 'denied', outcome: { type: 'exit', exit_code: 2 } }],
        },
      ),
      has: ['ls', 'pwd', 'a.txt', 'denied', 'exit_code'],
      leftOut: [],
    },
    'a patch that failed without a word': {
      source: `${sdk}.ApplyPatchCallOutput`,
      from: 'responses',
      body: after(
        { type: 'apply_patch_call', call_id: 'c', operation: { type: 'delete_file', path: 'a' } },
        { type: 'apply_patch_call_output', call_id: 'c', status: 'failed' },
      ),
      has: ['delete_file', 'failed'],
      lacks: ['undefined', 'null'],
    },
    'a call of an MCP server, with its result': {
      source: `${sdk}.McpCall`,
      from: 'responses',
      body: after({
        type: 'mcp_call',
        id: 'm',
        server_label: 'wiki',
        name: 'ask',
        arguments: '{"q":"tea"}',
        output: 'green',
      }),
      has: ['wiki', 'ask', 'tea', 'green'],
      leftOut: [],
    },
    'a call of an MCP server that failed': {
      source: `${sdk}.McpCall`,
      from: 'responses',
      body: after({
        type: 'mcp_call',
        id: 'm',
        server_label: 'wiki',
        name: 'ask',
        arguments: '{}',
        error: { type: 'http_error', code: 500, message: 'down' },
      }),
      has: ['down'],
    },
    'code that ran, with its logs': {
      source: `${sdk}: code_interpreter_call`,
      from: 'responses',
      body: after({
        type: 'code_interpreter_call',
        id: 'i',
        container_id: 'k',
        code: 'print(1)',
        outputs: [{ type: 'logs', logs: '1' }],
      }),
      has: ['print(1)', 'output: 1'],
      leftOut: [],
    },
    'code that OpenAI ran, which drew a picture': {
      source: `${sdk}: code_interpreter_call`,
      from: 'responses',
      body: after({
        type: 'code_interpreter_call',
        id: 'i',
        container_id: 'k',
        code: 'plot()',
        outputs: [
          { type: 'logs', logs: 'drawn' },
          { type: 'image', url: 'https://example.com/a.png' },
        ],
      }),
      has: ['plot()', 'output: drawn'],
      leftOut: ['input.code_interpreter_call.outputs'],
    },
    'a search of the web, and of files': {
      source: `${sdk}: web_search_call, file_search_call`,
      from: 'responses',
      body: after(
        { type: 'web_search_call', id: 'w', status: 'completed', action: { type: 'search', query: 'tea' } },
        {
          type: 'file_search_call',
          id: 'f',
          queries: ['milk'],
          results: [{ filename: 'a.md', text: 'cold' }],
        },
      ),
      has: ['tea', 'milk', 'a.md', 'cold'],
    },
    'the screen after an action, as a picture of the user': {
      source: `${sdk}.ComputerCallOutput`,
      from: 'responses',
      body: after(
        { type: 'computer_call', call_id: 'c', action: { type: 'click', x: 1, y: 2 } },
        {
          type: 'computer_call_output',
          call_id: 'c',
          output: { type: 'computer_screenshot', image_url: PNG },
        },
      ),
      has: ['click', '"type":"image"', 'iVBORw0KGgo='],
    },
    'a screen that is kept at OpenAI, which is named': {
      source: `${sdk}.ComputerCallOutput: file_id`,
      from: 'responses',
      body: after({
        type: 'computer_call_output',
        call_id: 'c',
        output: { type: 'computer_screenshot', file_id: 'f' },
      }),
      leftOut: ['input.computer_call_output.output'],
    },
    'an approval that was refused': {
      source: `${sdk}.McpApprovalResponse`,
      from: 'responses',
      body: after(
        { type: 'mcp_approval_request', id: 'a', server_label: 'wiki', name: 'drop', arguments: '{}' },
        { type: 'mcp_approval_response', approval_request_id: 'a', approve: false, reason: 'no' },
      ),
      has: ['drop', 'refused: no'],
    },
    'a program and its result': {
      source: `${sdk}.Program, ProgramOutput`,
      from: 'responses',
      body: after(
        { type: 'program', id: 'p', call_id: 'c', code: 'f()' },
        { type: 'program_output', id: 'q', call_id: 'c', result: '42', status: 'completed' },
      ),
      has: ['f()', '42'],
    },
    'items without words, which are named': {
      source: `${sdk}.McpListTools; ResponseConfigurationUpdateItemParam; codex-rs: GhostSnapshot`,
      from: 'responses',
      body: after(
        { type: 'mcp_list_tools', id: 'l', server_label: 'wiki', tools: [] },
        { type: 'configuration_update', reasoning: { effort: 'low' } },
        { type: 'ghost_snapshot', ghost_commit: {} },
      ),
      leftOut: ['input.mcp_list_tools', 'input.configuration_update', 'input.ghost_snapshot'],
    },
  })
})

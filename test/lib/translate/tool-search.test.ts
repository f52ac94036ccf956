// Codex searches its own tools: the search, its calls and the found tools on accounts of other formats.

import { expect, test } from 'vitest'
import { translateAnswer, translateBody } from './given-translation.ts'

const search = {
  type: 'tool_search',
  execution: 'client',
  description: 'Finds tools.',
  parameters: { type: 'object', properties: { query: { type: 'string' } } },
}
const found = {
  type: 'namespace',
  name: 'mcp__files',
  tools: [{ type: 'function', name: 'read', parameters: { type: 'object', properties: {} } }],
}
const asked = { role: 'user', content: 'read the file' }

const send = (input: object[], more: object = {}) =>
  translateBody('responses', 'chat', { model: 'm', input, tools: [search], ...more })

const namesIn = (body: Record<string, unknown>) =>
  (body.tools as { function: { name: string } }[]).map(({ function: { name } }) => name)

test('the search is a function, and its call comes back as a search', () => {
  const { body, plan } = send([asked])
  expect(body.tools).toMatchObject([
    { function: { name: 'tool_search', description: 'Finds tools.', parameters: search.parameters } },
  ])
  const call = { id: 'c1', function: { name: 'tool_search', arguments: '{"query":"file"}' } }
  const answer = { choices: [{ message: { tool_calls: [call] }, finish_reason: 'tool_calls' }] }
  expect(translateAnswer(plan, answer).output).toMatchObject([
    { type: 'tool_search_call', call_id: 'c1', execution: 'client', arguments: { query: 'file' } },
  ])
})

test('the found tools can be called in the next turn', () => {
  const { body, plan } = send([
    asked,
    { type: 'tool_search_call', call_id: 'c1', execution: 'client', arguments: { query: 'file' } },
    { type: 'tool_search_output', call_id: 'c1', execution: 'client', status: 'completed', tools: [found] },
  ])
  expect(body.messages).toMatchObject([
    { role: 'user' },
    { role: 'assistant', tool_calls: [{ id: 'c1', function: { arguments: '{"query":"file"}' } }] },
    { role: 'tool', tool_call_id: 'c1', content: expect.stringContaining('mcp__files__read') },
  ])
  expect(namesIn(body)).toEqual(['tool_search', 'mcp__files__read'])
  const call = { id: 'c2', function: { name: 'mcp__files__read', arguments: '{}' } }
  const answer = { choices: [{ message: { tool_calls: [call] }, finish_reason: 'tool_calls' }] }
  expect(translateAnswer(plan, answer).output).toMatchObject([
    { type: 'function_call', name: 'read', namespace: 'mcp__files' },
  ])
})

test('tools that an item adds are offered once', () => {
  const added = { type: 'additional_tools', role: 'developer', tools: [found] }
  const { body, plan } = send([added, asked, { ...added }])
  expect(namesIn(body)).toEqual(['tool_search', 'mcp__files__read'])
  expect(plan.leftOut).toEqual([])
})

test("a search that OpenAI runs is left out beside the client's own tools", () => {
  const own = { type: 'function', name: 'f', parameters: null }
  const { body, plan } = send([asked], { tools: [{ type: 'tool_search' }, own] })
  expect(namesIn(body)).toEqual(['f'])
  expect(plan.leftOut).toEqual(['tools.tool_search'])
})

test('an item of tomorrow is left out, and refused if the user wants that', () => {
  const input = [{ type: 'brand_new', text: 'x' }, asked]
  expect(send(input).plan.leftOut).toContain('input.brand_new')
  expect(() => translateBody('responses', 'chat', { model: 'm', input }, { refusesUnknown: true })).toThrow(
    'input.brand_new',
  )
})

test('a function of the client with the name of the search stays a function', () => {
  const own = { type: 'function', name: 'tool_search', parameters: search.parameters }
  const { body, plan } = send([asked], { tools: [own, search] })
  expect(namesIn(body)).toEqual(['tool_search'])
  const call = { id: 'c1', function: { name: 'tool_search', arguments: '{}' } }
  const answer = { choices: [{ message: { tool_calls: [call] }, finish_reason: 'tool_calls' }] }
  expect(translateAnswer(plan, answer).output).toMatchObject([{ type: 'function_call', name: 'tool_search' }])
})

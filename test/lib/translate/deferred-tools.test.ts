import { describe, expect, test } from 'vitest'
import { leftOut, messagesBody, translated } from './given-translation.ts'

const tool = (name: string, more: object = {}) => ({
  name,
  description: `does ${name}`,
  input_schema: { type: 'object', properties: {} },
  ...more,
})
const deferred = (name: string) => tool(name, { defer_loading: true })

function offered(body: object): string[] {
  const { tools = [] } = translated('anthropic', messagesBody(body)) as {
    tools?: { function: { name: string } }[]
  }
  return tools.map(({ function: { name } }) => name)
}

const search = { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'search', input: {} }] }
const found = (...names: string[]) => ({
  role: 'user',
  content: [
    {
      type: 'tool_result',
      tool_use_id: 't1',
      content: names.map((tool_name) => ({ type: 'tool_reference', tool_name })),
    },
  ],
})
const hi = { role: 'user', content: 'hi' }

describe('tools that load on demand', () => {
  test('stay away until the conversation has loaded them', () => {
    const tools = [tool('search'), deferred('a'), deferred('b')]
    expect(offered({ tools })).toEqual(['search'])
    expect(offered({ tools, messages: [hi, search, found('b')] })).toEqual(['search', 'b'])
  })

  test('are all there where the service itself would search them', () => {
    const body = { tools: [{ type: 'tool_search_tool_regex_20251119', name: 'find' }, deferred('a')] }
    expect(offered(body)).toEqual(['a'])
    expect(leftOut('anthropic', messagesBody(body))).toEqual(['tools.tool_search_tool_regex_20251119'])
  })

  test('a reference to one is a sentence in the result of the search', () => {
    const { messages } = translated(
      'anthropic',
      messagesBody({ tools: [tool('search'), deferred('a')], messages: [hi, search, found('a')] }),
    )
    expect(messages).toContainEqual({
      role: 'tool',
      tool_call_id: 't1',
      content: 'The tool a is available now.',
    })
  })
})

describe('tools that a conversation changes', () => {
  const change = (type: string, named: object) => ({ role: 'system', content: [{ type, tool: named }] })
  const reference = (name: string) => ({ type: 'tool_reference', name })

  test('by name, in order', () => {
    const tools = [tool('a'), deferred('b')]
    const added = change('tool_addition', reference('b'))
    const removed = change('tool_removal', reference('a'))
    expect(offered({ tools, messages: [hi, added, removed] })).toEqual(['b'])
    const again = change('tool_addition', reference('a'))
    expect(offered({ tools, messages: [hi, removed, again] })).toEqual(['a'])
  })

  test('by a definition, which replaces an earlier one', () => {
    const definition = tool('a', { description: 'the newer' })
    const added = change('tool_addition', { type: 'tool_definition', definition })
    const body = messagesBody({ tools: [tool('a')], messages: [hi, added] })
    expect(translated('anthropic', body).tools).toMatchObject([
      { function: { name: 'a', description: 'the newer' } },
    ])
  })
})

test('the summary of a compacted conversation stays in it', () => {
  const messages = [
    { role: 'assistant', content: [{ type: 'compaction', content: 'We built a house.' }] },
    hi,
  ]
  const body = translated('anthropic', messagesBody({ messages }))
  expect(JSON.stringify(body.messages)).toContain('We built a house.')
})

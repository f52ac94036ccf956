// A service of Responses alone, as strict as OpenAI's. Sources: the API reference of Responses, and refusals that bug
// reports quote (2026-11).

import type { Conversation, Reply, Schema } from './task.ts'

type Json = Record<string, unknown>

const FIELDS = new Set(
  'model input instructions stream tools tool_choice parallel_tool_calls reasoning text max_output_tokens temperature top_p include store metadata user safety_identifier prompt_cache_key prompt_cache_retention service_tier truncation background previous_response_id conversation top_logprobs max_tool_calls stream_options'.split(
    ' ',
  ),
)
const SEALED = 'gAAAAsealed'
const TOOLS = new Set(['function', 'custom', 'web_search', 'namespace', 'tool_search', 'image_generation'])

interface Item extends Json {
  type?: string
  call_id?: string
}

/** The reason why the service would refuse a request; null: it accepts it. */
export function responsesFault(body: Json): string | null {
  for (const field of Object.keys(body))
    if (!FIELDS.has(field) && field !== 'client_metadata') return `Unknown parameter: '${field}'.`
  for (const tool of (body.tools ?? []) as Json[]) {
    if (!TOOLS.has(String(tool.type))) return `Invalid value: '${String(tool.type)}'. tools[].type`
    if (tool.type !== 'function') continue
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(tool.name)))
      return `Invalid 'tools[].name': ${String(tool.name)}`
    const parameters = tool.parameters as Schema | undefined
    if (parameters?.properties === undefined) return `Invalid schema for function '${String(tool.name)}'`
  }
  return typeof body.input === 'string' ? null : itemsFault(body.input as Item[])
}

function itemsFault(items: Item[]): string | null {
  if (!Array.isArray(items) || items.length === 0) return "Missing required parameter: 'input'."
  const calls = new Set<string>()
  const answered = new Set<string>()
  for (const [index, { type, call_id: id = '', ...item }] of items.entries()) {
    const at = `input[${index}]`
    if (type === 'reasoning' && item.encrypted_content !== SEALED)
      return `The encrypted content ${String(item.encrypted_content)} could not be verified. (${at})`
    if (type === 'function_call') {
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(id) || calls.has(id)) return `Invalid '${at}.call_id': ${id}`
      if (typeof item.arguments !== 'string') return `Invalid type for '${at}.arguments'`
      calls.add(id)
    }
    if (type === 'function_call_output') {
      if (!calls.has(id)) return `No tool call found for function call output with call_id ${id}.`
      answered.add(id)
    }
  }
  const open = [...calls].find((id) => !answered.has(id))
  return open === undefined ? null : `No tool output found for function call ${open}.`
}

/** The parts of a request that the model reads. */
export function readResponses(body: Json): Conversation {
  const tools = ((body.tools ?? []) as { type: string; name: string; parameters?: Schema }[])
    .filter(({ type }) => type === 'function')
    .map(({ name, parameters }) => ({ name, schema: parameters ?? {} }))
  const items = typeof body.input === 'string' ? [] : (body.input as Item[])
  const text = body.text as { format?: { type?: string } } | undefined
  return {
    tools,
    results: items.filter(({ type }) => type === 'function_call_output').length,
    wantsJson: text?.format?.type?.startsWith('json') === true,
  }
}

function buildItems({ thinking, text, calls }: Reply, id: string): Item[] {
  const summary = [{ type: 'summary_text', text: thinking }]
  return [
    ...(thinking === null ? [] : [{ type: 'reasoning', id: `rs_${id}`, summary, encrypted_content: SEALED }]),
    ...(text === ''
      ? []
      : [
          {
            type: 'message',
            id: `msg_${id}`,
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
        ]),
    ...calls.map(({ name, input }, index) => ({
      type: 'function_call',
      id: `fc_${id}_${index}`,
      call_id: `call_${id}_${index}`,
      name,
      arguments: JSON.stringify(input),
      status: 'completed',
    })),
  ]
}

/** The whole answer. */
export function wholeResponse(reply: Reply, id: string, model: string): Json {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: 1_795_000_000,
    status: 'completed',
    model,
    output: buildItems(reply, id),
    usage: {
      input_tokens: 120,
      output_tokens: 20,
      total_tokens: 140,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 5 },
    },
  }
}

/** The events of a streamed answer. */
export function responseEvents(reply: Reply, id: string, { model }: Json): string[] {
  const response = wholeResponse(reply, id, String(model))
  let sequence_number = 0
  const event = (type: string, data: Json) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence_number++, ...data })}\n\n`
  const begun = { response: { ...response, status: 'in_progress', output: [] } }
  const items = (response.output as Item[]).flatMap((item, output_index) => {
    const place = { item_id: item.id, output_index }
    return [
      event('response.output_item.added', { output_index, item: { ...item, content: [], arguments: '' } }),
      ...(item.type === 'message'
        ? [event('response.content_part.added', { ...place, content_index: 0, part: EMPTY_PART })]
        : []),
      ...splitDeltas(item).map(([type, delta]) => event(type, { ...place, content_index: 0, delta })),
      event('response.output_item.done', { output_index, item }),
    ]
  })
  return [
    event('response.created', begun),
    event('response.in_progress', begun),
    ...items,
    event('response.completed', { response }),
  ]
}

const EMPTY_PART = { type: 'output_text', text: '', annotations: [] }

function splitDeltas(item: Item): [type: string, delta: string][] {
  if (item.type === 'reasoning') return []
  const isCall = item.type === 'function_call'
  const text = isCall ? String(item.arguments) : (item.content as { text: string }[])[0]!.text
  const type = isCall ? 'response.function_call_arguments.delta' : 'response.output_text.delta'
  const half = Math.ceil(text.length / 2)
  return [
    [type, text.slice(0, half)],
    [type, text.slice(half)],
  ]
}

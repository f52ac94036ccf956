// A service of chat completions, as strict as OpenAI and its relatives are: what they refuse is refused here. Sources:
// the API reference of chat completions, and refusals that bug reports quote (2026-11).

import type { Conversation, Reply, Schema } from './task.ts'

type Json = Record<string, unknown>

const FIELDS = new Set(
  'model messages tools tool_choice parallel_tool_calls stream stream_options temperature top_p max_tokens max_completion_tokens stop seed n user reasoning_effort verbosity response_format frequency_penalty presence_penalty logit_bias logprobs top_logprobs store metadata service_tier prompt_cache_key safety_identifier prediction modalities audio web_search_options functions function_call prompt_cache_retention'.split(
    ' ',
  ),
)
const MESSAGE_FIELDS = new Set(
  'role content name tool_calls tool_call_id refusal reasoning_content'.split(' '),
)

/** The reason why the service would refuse a request; null: it accepts it. */
export function chatFault(body: Json): string | null {
  for (const field of Object.keys(body))
    if (!FIELDS.has(field)) return `Unrecognized request argument supplied: ${field}`
  if (body.stream_options !== undefined && body.stream !== true)
    return "The 'stream_options' parameter is only allowed when 'stream' is enabled."
  if (body.max_tokens !== undefined && body.max_completion_tokens !== undefined)
    return 'Setting max_tokens and max_completion_tokens at the same time is not supported.'
  for (const tool of (body.tools ?? []) as Json[]) {
    const fault = toolFault(tool)
    if (fault !== null) return fault
  }
  if (Array.isArray(body.tools) && body.tools.length === 0) return '[] is too short - tools'
  if (body.tool_choice !== undefined && body.tools === undefined)
    return "'tool_choice' is only allowed when 'tools' are specified."
  return messagesFault(body.messages as Json[])
}

function toolFault(tool: Json): string | null {
  const definition = tool.function as { name: string; parameters?: Schema; strict?: boolean } | undefined
  if (tool.type !== 'function' || definition === undefined)
    return `Invalid value: '${String(tool.type)}'. tools[].type`
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(definition.name))
    return `Invalid 'tools[].function.name': ${definition.name}`
  const { parameters } = definition
  if (parameters === undefined) return null
  if (parameters.type !== 'object' || parameters.properties === undefined)
    return `Invalid schema for function '${definition.name}': object schema missing properties.`
  return null
}

function messagesFault(messages: Json[]): string | null {
  if (!Array.isArray(messages) || messages.length === 0) return "[] is too short - 'messages'"
  const seen = new Set<string>()
  let open: string[] = []
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`
    for (const field of Object.keys(message))
      if (!MESSAGE_FIELDS.has(field))
        return `Additional properties are not allowed ('${field}' was unexpected) - '${at}'`
    const { role } = message
    if (role !== 'tool' && open.length > 0)
      return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id': ${open.join()} (${at})`
    if (role === 'tool') {
      const id = String(message.tool_call_id)
      if (!open.includes(id))
        return `messages with role 'tool' must be a response to a preceding message with 'tool_calls': ${id}`
      open = open.filter((each) => each !== id)
    } else if (role === 'assistant') {
      const calls = (message.tool_calls ?? []) as {
        id: string
        function: { name: string; arguments: string }
      }[]
      if (message.content == null && calls.length === 0)
        return `${at}: an assistant message must have content or tool_calls`
      for (const call of calls) {
        if (seen.has(call.id)) return `${at}: duplicate tool call id ${call.id}`
        seen.add(call.id)
        try {
          JSON.parse(call.function.arguments)
        } catch {
          return `${at}: tool call arguments are not valid JSON`
        }
      }
      open = calls.map(({ id }) => id)
    } else if (role !== 'user' && role !== 'system' && role !== 'developer')
      return `Invalid value: '${String(role)}' (${at})`
    if (message.content == null && role !== 'assistant')
      return `Invalid value for 'content': expected a string, got null (${at})`
  }
  return open.length > 0 ? `tool calls without a response: ${open.join()}` : null
}

/** The parts of a request that the model reads. */
export function readChat(body: Json): Conversation {
  const tools = ((body.tools ?? []) as { function: { name: string; parameters?: Schema } }[]).map((tool) => ({
    name: tool.function.name,
    schema: tool.function.parameters ?? {},
  }))
  const messages = body.messages as { role: string }[]
  const form = body.response_format as { type?: string } | undefined
  return {
    tools,
    results: messages.filter(({ role }) => role === 'tool').length,
    wantsJson: form?.type?.startsWith('json') === true,
  }
}

const USAGE = { prompt_tokens: 120, completion_tokens: 20, total_tokens: 140 }

function buildCalls({ calls }: Reply, id: string) {
  return calls.map(({ name, input }, index) => ({
    id: `call_${id}_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
}

/** The whole answer. */
export function wholeChat(reply: Reply, id: string, model: string): Json {
  const tool_calls = buildCalls(reply, id)
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: 1_795_000_000,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: reply.text,
          ...(reply.thinking === null ? {} : { reasoning_content: reply.thinking }),
          ...(tool_calls.length === 0 ? {} : { tool_calls }),
        },
        finish_reason: tool_calls.length === 0 ? 'stop' : 'tool_calls',
      },
    ],
    usage: USAGE,
  }
}

/** The events of a streamed answer; the first half of its words comes in a piece of its own. */
export function chatEvents(reply: Reply, id: string, { model, stream_options }: Json): string[] {
  const head = { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 1_795_000_000, model }
  const event = (data: Json) => `data: ${JSON.stringify(data)}\n\n`
  const chunk = (delta: Json, finish_reason: string | null = null) =>
    event({ ...head, choices: [{ index: 0, delta, finish_reason }] })
  const calls = buildCalls(reply, id)
  const half = Math.ceil(reply.text.length / 2)
  return [
    chunk({ role: 'assistant', content: '' }),
    ...(reply.thinking === null ? [] : [chunk({ reasoning_content: reply.thinking })]),
    ...(reply.text === ''
      ? []
      : [chunk({ content: reply.text.slice(0, half) }), chunk({ content: reply.text.slice(half) })]),
    ...calls.flatMap(({ id: call, type, function: { name, arguments: text } }, index) => [
      chunk({ tool_calls: [{ index, id: call, type, function: { name, arguments: '' } }] }),
      chunk({ tool_calls: [{ index, function: { arguments: text.slice(0, 5) } }] }),
      chunk({ tool_calls: [{ index, function: { arguments: text.slice(5) } }] }),
    ]),
    chunk({}, calls.length === 0 ? 'stop' : 'tool_calls'),
    ...((stream_options as Json | undefined)?.include_usage === true
      ? [event({ ...head, choices: [], usage: USAGE })]
      : []),
    'data: [DONE]\n\n',
  ]
}

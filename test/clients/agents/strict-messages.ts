// A service of Messages, as strict as Anthropic's: what it refuses is refused here. Sources: the API reference of
// Messages, the pages on tool use and extended thinking, and refusals that bug reports quote (2026-11).

import type { Conversation, Reply, Schema } from './task.ts'

type Json = Record<string, unknown>

const FIELDS = new Set(
  'model messages system max_tokens stream temperature top_p top_k stop_sequences thinking tools tool_choice metadata service_tier output_config output_format context_management container mcp_servers cache_control speed diagnostics'.split(
    ' ',
  ),
)
const SIGNATURE = 'EqQBCkYIBxgCKkDsigned'

/** The reason why the service would refuse a request; null: it accepts it. */
export function messagesRequestFault(body: Json, headers: Record<string, string | undefined>): string | null {
  if (headers['anthropic-version'] === undefined) return 'anthropic-version: header is required'
  for (const field of Object.keys(body))
    if (!FIELDS.has(field)) return `${field}: Extra inputs are not permitted`
  if (typeof body.max_tokens !== 'number') return 'max_tokens: Field required'
  const thinking = body.thinking as { type?: string; budget_tokens?: number } | undefined
  if (thinking?.budget_tokens !== undefined && thinking.budget_tokens >= body.max_tokens)
    return '`max_tokens` must be greater than `thinking.budget_tokens`.'
  const thinks = thinking !== undefined && thinking.type !== 'disabled'
  if (thinks && body.temperature !== undefined && body.temperature !== 1)
    return '`temperature` may only be set to 1 when thinking is enabled.'
  const isClaude = String(body.model).includes('claude')
  if (isClaude && body.temperature !== undefined && body.top_p !== undefined)
    return '`temperature` and `top_p` cannot both be specified for this model.'
  const choice = (body.tool_choice as { type?: string } | undefined)?.type
  if (thinks && (choice === 'any' || choice === 'tool'))
    return 'Thinking may not be enabled when tool_choice forces tool use.'
  if (choice !== undefined && body.tools === undefined)
    return 'tool_choice may only be specified while providing tools.'
  for (const tool of (body.tools ?? []) as { name: string; input_schema?: Schema; type?: string }[]) {
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(tool.name))
      return `tools.0.custom.name: String should match pattern: ${tool.name}`
    if ((tool.type === undefined || tool.type === 'custom') && tool.input_schema?.type !== 'object')
      return `tools.0.custom.input_schema: Field required (${tool.name})`
  }
  const marks = JSON.stringify(body).split('"cache_control"').length - 1
  if (marks > 4) return `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`
  return messagesFault(body.messages as { role: string; content: unknown }[])
}

function messagesFault(messages: { role: string; content: unknown }[]): string | null {
  if (!Array.isArray(messages) || messages.length === 0) return 'messages: at least one message is required'
  if (messages[0]!.role !== 'user') return 'messages: first message must use the "user" role'
  const seen = new Set<string>()
  let open: string[] = []
  for (const [index, { role, content }] of messages.entries()) {
    const at = `messages.${index}`
    if (role !== 'user' && role !== 'assistant' && role !== 'system') return `${at}.role: unexpected ${role}`
    const blocks = (typeof content === 'string' ? [{ type: 'text', text: content }] : content) as Json[]
    if (!Array.isArray(blocks) || blocks.length === 0)
      return `${at}: all messages must have non-empty content`
    const answered: string[] = []
    for (const [place, block] of blocks.entries()) {
      if (block.type === 'text' && String(block.text).trim() === '')
        return `${at}: text content blocks must contain non-whitespace text`
      if (block.type === 'thinking' && block.signature !== SIGNATURE)
        return `${at}.content.${place}: Invalid \`signature\` in \`thinking\` block`
      if (block.type === 'tool_use') {
        const id = String(block.id)
        if (!/^[a-zA-Z0-9_-]+$/.test(id))
          return `${at}.content.${place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`
        if (seen.has(id)) return `${at}: \`tool_use\` ids must be unique`
        if (typeof block.input !== 'object')
          return `${at}.content.${place}.tool_use.input: Input should be an object`
        seen.add(id)
      }
      if (block.type === 'tool_result') answered.push(String(block.tool_use_id))
    }
    if (role === 'system') continue
    const missing = open.filter((id) => !answered.includes(id))
    if (missing.length > 0)
      return `${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join()}`
    const unknown = answered.filter((id) => !open.includes(id))
    if (unknown.length > 0)
      return `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unknown.join()}`
    open =
      role === 'assistant' ? blocks.flatMap(({ type, id }) => (type === 'tool_use' ? [String(id)] : [])) : []
  }
  return open.length > 0 ? `tool_use without tool_result: ${open.join()}` : null
}

/** The parts of a request that the model reads. */
export function readMessages(body: Json): Conversation {
  const tools = ((body.tools ?? []) as { name: string; input_schema?: Schema }[]).map(
    ({ name, input_schema }) => ({
      name,
      schema: input_schema ?? {},
    }),
  )
  const blocks = (body.messages as { content: unknown }[]).flatMap(({ content }) =>
    Array.isArray(content) ? (content as { type: string }[]) : [],
  )
  return {
    tools,
    results: blocks.filter(({ type }) => type === 'tool_result').length,
    wantsJson: body.output_config !== undefined && (body.output_config as Json).format !== undefined,
  }
}

function buildBlocks({ thinking, text, calls }: Reply, id: string): Json[] {
  return [
    ...(thinking === null ? [] : [{ type: 'thinking', thinking, signature: SIGNATURE }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...calls.map(({ name, input }, index) => ({ type: 'tool_use', id: `toolu_${id}_${index}`, name, input })),
  ]
}

/** The whole answer. */
export function wholeMessage(reply: Reply, id: string, model: string): Json {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: buildBlocks(reply, id),
    stop_reason: reply.calls.length === 0 ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 120, output_tokens: 20 },
  }
}

/** The events of a streamed answer. */
export function messageEvents(reply: Reply, id: string, { model }: Json): string[] {
  const message = wholeMessage(reply, id, String(model))
  const event = (type: string, data: Json) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
  const blocks = (message.content as Json[]).flatMap((block, index) => [
    event('content_block_start', { index, content_block: emptied(block) }),
    ...splitDeltas(block).map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ])
  return [
    event('message_start', { message: { ...message, content: [], stop_reason: null } }),
    event('ping', {}),
    ...blocks,
    event('message_delta', {
      delta: { stop_reason: message.stop_reason, stop_sequence: null },
      usage: { output_tokens: 20 },
    }),
    event('message_stop', {}),
  ]
}

function emptied(block: Json): Json {
  if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' }
  return block.type === 'text' ? { type: 'text', text: '' } : { ...block, input: {} }
}

function splitDeltas(block: Json): Json[] {
  if (block.type === 'thinking')
    return [
      { type: 'thinking_delta', thinking: block.thinking },
      { type: 'signature_delta', signature: block.signature },
    ]
  const text = block.type === 'text' ? String(block.text) : JSON.stringify(block.input)
  const half = Math.ceil(text.length / 2)
  return [text.slice(0, half), text.slice(half)].map((piece) =>
    block.type === 'text'
      ? { type: 'text_delta', text: piece }
      : { type: 'input_json_delta', partial_json: piece },
  )
}

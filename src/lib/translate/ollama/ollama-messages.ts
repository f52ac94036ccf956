import { isObject, isText, type Json } from '../json-fields.ts'
import { detectImageType } from '../neutral/media.ts'

/** Ollama's calls have no ids. They get some by their order, and results are matched by name and order. */
export function chatMessages(messages: readonly unknown[]): Json[] {
  const open: { id: string; name: unknown }[] = []
  let calls = 0
  return messages.filter(isObject).map((message) => {
    const { role, content, tool_calls: made } = message
    if (role === 'tool') return toolResult(message, open)
    const told: Json = { role, content: buildContent(message) }
    if (role !== 'assistant' || !Array.isArray(made) || made.length === 0) return told
    told.content = isText(content) ? content : null
    told.tool_calls = made.filter(isObject).map((call) => {
      const { name, arguments: input } = isObject(call.function) ? call.function : {}
      const id = isText(call.id) ? call.id : `call_${++calls}`
      open.push({ id, name })
      const text = typeof input === 'string' ? input : JSON.stringify(input ?? {})
      return { id, type: 'function', function: { name, arguments: text } }
    })
    return told
  })
}

function toolResult(
  { content, tool_name, name, tool_call_id: given }: Json,
  open: { id: string; name: unknown }[],
): Json {
  const wanted = tool_name ?? name
  const byId = open.findIndex(({ id }) => id === given)
  const byName = open.findIndex((call) => call.name === wanted)
  const index = byId >= 0 ? byId : byName >= 0 ? byName : 0
  const [call] = open.splice(index, 1)
  const text = typeof content === 'string' ? content : JSON.stringify(content ?? '')
  if (call === undefined) return { role: 'user', content: text } // a result without a call
  return { role: 'tool', tool_call_id: call.id, content: text }
}

function buildContent({ content, images }: Json): unknown {
  const text = typeof content === 'string' ? content : ''
  if (!Array.isArray(images) || images.length === 0) return text
  const pictures = images
    .filter(isText)
    .map((data) => ({ type: 'image_url', image_url: { url: dataUrl(data) } }))
  return text === '' ? pictures : [{ type: 'text', text }, ...pictures]
}

function dataUrl(data: string): string {
  if (data.startsWith('data:')) return data
  const kind = detectImageType(data) ?? 'image/jpeg'
  return `data:${kind};base64,${data}`
}

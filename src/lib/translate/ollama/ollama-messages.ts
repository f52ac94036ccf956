import { isObject, isText, type Json } from '../json-fields.ts'
import { detectImageType } from '../neutral/media.ts'
import { fillInput } from '../neutral/tools/object-input.ts'

/** Ollama's calls have no ids. They get some by their order, and results are matched by name and order. */
export function chatMessages(messages: readonly unknown[]): Json[] {
  const calls = new OpenCalls()
  const out: Json[] = []
  // A result of a chat is text, so the pictures of all results follow as a message of the user.
  let pictures: Json[] = []
  const show = () => {
    if (pictures.length > 0) out.push({ role: 'user', content: pictures })
    pictures = []
  }
  for (const message of messages.filter(isObject)) {
    if (message.role === 'tool') {
      out.push(toolResult(message, calls.open))
      pictures.push(...writePictures(message.images))
      continue
    }
    show()
    out.push(chatMessage(message, calls))
  }
  show()
  return out
}

/** The calls that wait for their results. */
class OpenCalls {
  readonly open: { id: string; name: unknown }[] = []
  #count = 0

  add(given: unknown, name: unknown): string {
    const id = isText(given) ? given : `call_${(this.#count += 1)}`
    this.open.push({ id, name })
    return id
  }
}

function chatMessage(message: Json, calls: OpenCalls): Json {
  const { role, content, thinking, tool_calls: made } = message
  const told: Json = { role, content: buildContent(message) }
  if (role !== 'assistant') return told
  if (isText(thinking)) told.reasoning_content = thinking
  if (!Array.isArray(made) || made.length === 0) return told
  told.content = isText(content) ? content : null
  told.tool_calls = made.filter(isObject).map((call) => {
    const { name, arguments: input } = isObject(call.function) ? call.function : {}
    const text = typeof input === 'string' ? fillInput(input) : JSON.stringify(input ?? {})
    return { id: calls.add(call.id, name), type: 'function', function: { name, arguments: text } }
  })
  return told
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

function writePictures(images: unknown): Json[] {
  if (!Array.isArray(images)) return []
  return images.filter(isText).map((data) => ({ type: 'image_url', image_url: { url: dataUrl(data) } }))
}

function buildContent({ content, images }: Json): unknown {
  const text = typeof content === 'string' ? content : ''
  const pictures = writePictures(images)
  if (pictures.length === 0) return text
  return text === '' ? pictures : [{ type: 'text', text }, ...pictures]
}

function dataUrl(data: string): string {
  if (data.startsWith('data:')) return data
  const kind = detectImageType(data) ?? 'image/jpeg'
  return `data:${kind};base64,${data}`
}

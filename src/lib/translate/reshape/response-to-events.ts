// A whole answer of the Responses API as its stream. Order and names of the events:
// https://platform.openai.com/docs/api-reference/responses-streaming (2026-11).

import { isObject, isText, type Json } from '../json-fields.ts'

type Tell = (type: string, more: Json) => void

/** Writes the events; the last one has the whole response. */
export function writeResponseEvents(response: Json): string {
  const told: string[] = []
  const tell: Tell = (type, more) => {
    const event = { type, sequence_number: told.length, ...more }
    told.push(`event: ${type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  const begun = { ...response, status: 'in_progress', output: [], usage: null }
  tell('response.created', { response: begun })
  tell('response.in_progress', { response: begun })
  const items = (response.output as unknown[]).filter(isObject)
  for (const [index, item] of items.entries()) tellItem(item, index, tell)
  const { status } = response
  const end = status === 'incomplete' || status === 'failed' ? status : 'completed'
  tell(`response.${end}`, { response })
  return told.join('')
}

function tellItem(item: Json, output_index: number, tell: Tell): void {
  const begun = { ...item, status: 'in_progress', ...emptied(item) }
  tell('response.output_item.added', { output_index, item: begun })
  const at = { item_id: item.id, output_index }
  if (item.type === 'message' && Array.isArray(item.content))
    for (const [content_index, part] of item.content.filter(isObject).entries())
      tellPart({ ...at, content_index }, part, tell)
  if (item.type === 'reasoning' && Array.isArray(item.summary))
    for (const [summary_index, part] of item.summary.filter(isObject).entries())
      tellSummary({ ...at, summary_index }, part, tell)
  if (item.type === 'function_call' && isText(item.arguments)) {
    tell('response.function_call_arguments.delta', { ...at, delta: item.arguments })
    tell('response.function_call_arguments.done', { ...at, name: item.name, arguments: item.arguments })
  }
  if (item.type === 'custom_tool_call' && isText(item.input)) {
    tell('response.custom_tool_call_input.delta', { ...at, delta: item.input })
    tell('response.custom_tool_call_input.done', { ...at, input: item.input })
  }
  tell('response.output_item.done', { output_index, item })
}

function emptied({ type }: Json): Json {
  if (type === 'message') return { content: [] }
  if (type === 'reasoning') return { summary: [] }
  if (type === 'function_call') return { arguments: '' }
  return type === 'custom_tool_call' ? { input: '' } : {}
}

function tellPart(at: Json, part: Json, tell: Tell): void {
  const isRefusal = part.type === 'refusal'
  const text = isRefusal ? part.refusal : part.text
  const kind = isRefusal ? 'refusal' : 'output_text'
  const begun = isRefusal ? { ...part, refusal: '' } : { ...part, text: '' }
  tell('response.content_part.added', { ...at, part: begun })
  tell(`response.${kind}.delta`, { ...at, delta: text })
  tell(`response.${kind}.done`, { ...at, [isRefusal ? 'refusal' : 'text']: text })
  tell('response.content_part.done', { ...at, part })
}

function tellSummary(at: Json, part: Json, tell: Tell): void {
  tell('response.reasoning_summary_part.added', { ...at, part: { ...part, text: '' } })
  tell('response.reasoning_summary_text.delta', { ...at, delta: part.text })
  tell('response.reasoning_summary_text.done', { ...at, text: part.text })
  tell('response.reasoning_summary_part.done', { ...at, part })
}

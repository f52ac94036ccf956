// The output items of a response, and the events that each kind of item has.

import type { Json } from '../json-fields.ts'
import type { Block } from '../neutral/answer.ts'
import { showSeal } from '../neutral/seal.ts'
import { fillInput, objectInput } from '../neutral/tools/object-input.ts'
import { unreadable } from '../errors/unreadable.ts'

/** The beginning of the ids of thinking that qwenctl writes. No service knows these items. */
export const OWN_THOUGHT = 'rs_qwenctl_'

/** An output item while it is written. */
export interface Item {
  id: string
  begun: Json
  events: ItemEvents
  whole: (text: string) => Json
  /** The annotations of its text; missing: it has none. */
  annotations?: Json[]
}

interface ItemEvents {
  /** The part of the item that holds its text; null: the item itself does. */
  part: { name: string; index: 'content_index' | 'summary_index'; value: (text: string) => Json } | null
  /** The event of each piece of text; null: it has none. */
  delta: string | null
  /** Further fields of each piece, as JSON with a leading comma. */
  more: string
  done: { name: string; value: (text: string) => Json } | null
}

const NO_EVENTS: ItemEvents = { part: null, delta: null, more: '', done: null }

/** `id`: unique in the conversation, without the prefix of its kind. */
export function itemFor(block: Block, id: string): Item {
  const own = id.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return messageItem(block.kind, `msg_${own}`)
    case 'thinking':
      return thinkingItem(block, `${OWN_THOUGHT}${own}`)
    case 'sealed':
      return sealedItem(block, `${OWN_THOUGHT}${own}`)
    case 'call':
      return block.isSearch === true ? searchItem(block, own) : callItem(block, own)
    case 'image':
      return imageItem(block, `ig_${own}`)
  }
}

function messageItem(kind: 'text' | 'refusal', id: string): Item {
  const item = { type: 'message', id, status: 'in_progress', role: 'assistant', content: [] as Json[] }
  const annotations: Json[] = []
  const value = (text: string): Json =>
    kind === 'text'
      ? { type: 'output_text', text, annotations: [...annotations], logprobs: [] }
      : { type: 'refusal', refusal: text }
  const name = kind === 'text' ? 'response.output_text' : 'response.refusal'
  return {
    id,
    begun: item,
    events: {
      part: { name: 'response.content_part', index: 'content_index', value },
      delta: `${name}.delta`,
      more: kind === 'text' ? ',"logprobs":[]' : '',
      done: {
        name: `${name}.done`,
        value: (text) => (kind === 'text' ? { text, logprobs: [] } : { refusal: text }),
      },
    },
    whole: (text) => ({ ...item, status: 'completed', content: [value(text)] }),
    ...(kind === 'text' ? { annotations } : {}),
  }
}

function thinkingItem(block: Block & { kind: 'thinking' }, id: string): Item {
  const item = { type: 'reasoning', id, status: 'in_progress', summary: [] as Json[] }
  const value = (text: string): Json => ({ type: 'summary_text', text })
  return {
    id,
    begun: item,
    events: {
      part: { name: 'response.reasoning_summary_part', index: 'summary_index', value },
      delta: 'response.reasoning_summary_text.delta',
      more: '',
      done: { name: 'response.reasoning_summary_text.done', value: (text) => ({ text }) },
    },
    // The seal is complete only now.
    whole: (text) => ({
      ...item,
      status: 'completed',
      summary: [value(text)],
      encrypted_content: block.seal === null ? null : showSeal(block.seal, 'openai'),
    }),
  }
}

function sealedItem({ seal }: Block & { kind: 'sealed' }, id: string): Item {
  const item = { type: 'reasoning', id, summary: [], encrypted_content: showSeal(seal, 'openai') }
  return {
    id,
    begun: { ...item, status: 'in_progress' },
    events: NO_EVENTS,
    whole: () => ({ ...item, status: 'completed' }),
  }
}

function callItem({ id, name, namespace, isCustom }: Block & { kind: 'call' }, own: string): Item {
  const item_id = `${isCustom ? 'ctc' : 'fc'}_${own}`
  const type = isCustom ? 'custom_tool_call' : 'function_call'
  const field = isCustom ? 'input' : 'arguments'
  const event = isCustom ? 'response.custom_tool_call_input' : 'response.function_call_arguments'
  const item = {
    type,
    id: item_id,
    status: 'in_progress',
    call_id: id,
    name,
    ...(namespace === null ? {} : { namespace }),
    [field]: '',
  }
  const filled = (text: string) => ({ [field]: isCustom ? text : fillInput(text) })
  return {
    id: item_id,
    begun: item,
    events: {
      part: null,
      delta: `${event}.delta`,
      more: '',
      done: { name: `${event}.done`, value: (text) => ({ ...(isCustom ? {} : { name }), ...filled(text) }) },
    },
    whole: (text) => ({ ...item, status: 'completed', ...filled(text) }),
  }
}

/** Codex reads the arguments of its search as an object (codex-rs/protocol/src/models.rs, 2026-11). */
function searchItem({ id }: Block & { kind: 'call' }, own: string): Item {
  const item = { type: 'tool_search_call', id: `tsc_${own}`, call_id: id, execution: 'client' }
  return {
    id: item.id,
    begun: { ...item, status: 'in_progress', arguments: {} },
    events: NO_EVENTS,
    whole: (text) => ({ ...item, status: 'completed', arguments: objectInput(text) }),
  }
}

function imageItem({ source }: Block & { kind: 'image' }, id: string): Item {
  if (source.type !== 'base64') throw unreadable('a response has images as data, not as a URL')
  const item = { type: 'image_generation_call', id }
  return {
    id,
    begun: { ...item, status: 'in_progress', result: null },
    events: NO_EVENTS,
    whole: () => ({ ...item, status: 'completed', result: source.data }),
  }
}

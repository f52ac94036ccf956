// A stream as the whole answer that its client asked for, in the same format. Some services always stream.

import { isObject, isText, type Json } from '../json-fields.ts'
import { SseReader } from '../streams/sse-reader.ts'
import { ChatCollector } from './chat-collector.ts'
import type { Collector } from './collector.ts'
import { parseExact } from './exact-json.ts'
import { MessageCollector } from './message-collector.ts'

/**
 * Reads all bytes of a stream as one answer; null if they are no stream of a known format. Whether the stream was
 * complete is for the caller to know.
 */
export function eventsToAnswer(stream: Uint8Array): Json | null {
  let collector: Collector | null = null
  const reader = new SseReader({
    onEvent: ({ data }) => {
      const event = parseExact(data)
      if (!isObject(event)) return // [DONE]
      collector ??= collectorFor(event)
      collector?.take(event)
    },
    onComment: () => undefined,
  })
  reader.push(stream)
  reader.end()
  return (collector as Collector | null)?.whole() ?? null
}

function collectorFor(event: Json): Collector | null {
  if (Array.isArray(event.choices)) return new ChatCollector()
  if (Array.isArray(event.candidates)) return new GeminiCollector()
  if (!isText(event.type)) return null
  return event.type.startsWith('response.') ? new ResponseCollector() : new MessageCollector()
}

/** The last event of a Responses stream has the whole response. */
class ResponseCollector implements Collector {
  #response: Json | null = null

  take({ type, response }: Json): void {
    if (isObject(response) && /^response\.(?:completed|incomplete|failed)$/.test(String(type)))
      this.#response = response
  }

  whole(): Json | null {
    return this.#response
  }
}

/** Gemini's chunks have the form of the answer. Adjacent texts of one kind become one part. */
class GeminiCollector implements Collector {
  #answer: Json | null = null
  readonly #candidates: (Json & { content: Json & { parts: Json[] } })[] = []

  take({ candidates, ...rest }: Json): void {
    this.#answer = { ...this.#answer, ...rest }
    if (!Array.isArray(candidates)) return
    for (const [at, candidate] of candidates.filter(isObject).entries()) this.#add(candidate, at)
  }

  #add({ content, ...rest }: Json, at: number): void {
    const index = typeof rest.index === 'number' ? rest.index : at
    const before = this.#candidates[index] ?? { content: { role: 'model', parts: [] } }
    const said = isObject(content) ? content : {}
    const parts = Array.isArray(said.parts) ? said.parts.filter(isObject) : []
    for (const part of parts) addPart(before.content.parts, part)
    this.#candidates[index] = {
      ...before,
      ...rest,
      content: { ...before.content, ...said, parts: before.content.parts },
    }
  }

  whole(): Json | null {
    return this.#answer === null ? null : { candidates: this.#candidates, ...this.#answer }
  }
}

function addPart(parts: Json[], part: Json): void {
  const last = parts.at(-1)
  const isMore =
    last !== undefined && isPlain(last) && isPlain(part) && Boolean(last.thought) === Boolean(part.thought)
  if (isMore) last.text = `${last.text as string}${part.text as string}`
  else parts.push({ ...part })
}

/** A text without a signature, which belongs to its own part. */
function isPlain(part: Json): boolean {
  return (
    typeof part.text === 'string' && Object.keys(part).every((key) => key === 'text' || key === 'thought')
  )
}

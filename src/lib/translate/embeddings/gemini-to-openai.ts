// Gemini's embeddings by way of OpenAI's. Shapes: https://ai.google.dev/api/embeddings (2026-11).

import { isObject, listAt, objectAt, textAt, type FieldRules, type Json } from '../json-fields.ts'
import { FieldCheck } from '../neutral/field-check.ts'
import { unreadable } from '../errors/unreadable.ts'
import { camelCase, camelOrNone } from '../gemini/camel-case.ts'

export const embeddingRules: FieldRules = {
  model: 'dropped',
  stream: 'dropped',
  content: 'taken',
  outputDimensionality: 'taken',
  taskType: 'hint',
  title: 'hint',
  autoTruncate: 'hint',
}

export interface EmbeddingRequest {
  body: Json
  leftOut: string[]
}

/** Writes one request of Gemini, or a list of them, as a request of OpenAI. */
export function writeEmbeddingRequest(input: Json, model: string, refusesUnknown: boolean): EmbeddingRequest {
  const check = new FieldCheck(refusesUnknown)
  const isList = Array.isArray(input.requests)
  const requests = isList ? listAt(input.requests, 'requests') : [input]
  const read = requests.map((value, index) => {
    const at = isList ? `requests[${index}]` : ''
    const request = camelCase(objectAt(value, at))
    check.check(request, embeddingRules, at)
    return { text: readText(request.content, at === '' ? 'content' : `${at}.content`), request }
  })
  const dimensions = read[0]?.request.outputDimensionality
  const body = {
    model,
    input: read.map(({ text }) => text),
    ...(dimensions === undefined ? {} : { dimensions }),
  }
  return { body, leftOut: check.leftOut }
}

function readText(content: unknown, at: string): string {
  if (typeof content === 'string') return content
  const { parts } = objectAt(content, at)
  return listAt(parts, `${at}.parts`)
    .map((part, index) => textAt(camelOrNone(part).text, `${at}.parts[${index}].text`))
    .join('')
}

/** Writes OpenAI's answer as Gemini's; `isList`: the request was a list. */
export function writeEmbeddingAnswer(answer: unknown, isList: boolean): Json {
  const data: unknown[] = isObject(answer) && Array.isArray(answer.data) ? answer.data : []
  if (data.length === 0) throw unreadable('it has no embeddings')
  const embeddings = data.map((one) => ({ values: isObject(one) ? one.embedding : null }))
  return isList ? { embeddings } : { embedding: embeddings[0] }
}

// OpenAI's embeddings by way of Gemini's. Shapes: https://platform.openai.com/docs/api-reference/embeddings and
// https://ai.google.dev/api/embeddings (2026-11).

import { isObject, numberAt, refuse, type FieldRules, type Json } from '../json-fields.ts'
import { RawJson } from '../json/raw-json.ts'
import { FieldCheck } from '../neutral/field-check.ts'
import { unreadable } from '../errors/unreadable.ts'
import type { EmbeddingRequest } from './gemini-to-openai.ts'

export const embeddingRules: FieldRules = {
  model: 'dropped',
  stream: 'dropped',
  input: 'taken',
  dimensions: 'taken',
  encoding_format: 'taken',
  user: 'hint',
}

/** Writes one request of OpenAI as a list of Gemini's. */
export function writeGeminiEmbeddingRequest(
  input: Json,
  model: string,
  refusesUnknown: boolean,
): EmbeddingRequest {
  const check = new FieldCheck(refusesUnknown)
  check.check(input, embeddingRules)
  const outputDimensionality = numberAt(input.dimensions, 'dimensions')
  const requests = readTexts(input.input).map((text) => ({
    model: `models/${model}`,
    content: { parts: [{ text }] },
    ...(outputDimensionality === null ? {} : { outputDimensionality }),
  }))
  return { body: { requests }, leftOut: check.leftOut }
}

function readTexts(input: unknown): string[] {
  if (typeof input === 'string') return [input]
  if (!Array.isArray(input) || input.length === 0) refuse('input', 'it is neither a text nor a list of texts')
  return (input as unknown[]).map((one) =>
    typeof one === 'string' ? one : refuse('input', 'it has numbers of tokens, which only OpenAI can read'),
  )
}

/** Writes Gemini's answer as OpenAI's. `isBase64`: the client wants the numbers as bytes, as OpenAI's SDKs do. */
export function writeOpenaiEmbeddingAnswer(answer: unknown, model: string, isBase64: boolean): Json {
  const body = isObject(answer) ? answer : {}
  const list: unknown[] = Array.isArray(body.embeddings) ? body.embeddings : [body.embedding]
  const data = list.map((one, index) => {
    const values: unknown = isObject(one) ? one.values : null
    if (!Array.isArray(values)) throw unreadable('it has no embeddings')
    return { object: 'embedding', index, embedding: isBase64 ? encodeFloats(values.map(readNumber)) : values }
  })
  const { promptTokenCount: tokens } = isObject(body.usageMetadata) ? body.usageMetadata : {}
  const prompt_tokens = typeof tokens === 'number' ? tokens : 0
  return { object: 'list', data, model, usage: { prompt_tokens, total_tokens: prompt_tokens } }
}

/** A number with more digits than a double holds is kept as text. */
function readNumber(value: unknown): number {
  return Number(value instanceof RawJson ? value.text : value)
}

/** 32-bit floats in little-endian order, in base64. */
function encodeFloats(values: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  values.forEach((value, index) => view.setFloat32(index * 4, value, true))
  let bytes = ''
  for (const byte of new Uint8Array(view.buffer)) bytes += String.fromCharCode(byte)
  return btoa(bytes)
}

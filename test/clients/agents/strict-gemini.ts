// A service of the Gemini API alone, as strict as Google's. Sources: https://ai.google.dev/api/generate-content, the page
// on thought signatures, and refusals that bug reports quote (2026-11).

import type { Conversation, Reply, Schema } from './task.ts'

type Json = Record<string, unknown>

const FIELDS = new Set(
  'contents systemInstruction generationConfig tools toolConfig safetySettings cachedContent labels'.split(
    ' ',
  ),
)
const SIGNATURES = new Set(['c2lnbmVk', 'skip_thought_signature_validator'])

interface Part extends Json {
  functionCall?: { id?: string; name: string; args?: unknown }
  functionResponse?: { id?: string; name: string; response?: unknown }
  thoughtSignature?: string
}

interface Content {
  role?: string
  parts: Part[]
}

/** The reason why the service would refuse a request; null: it accepts it. */
export function geminiFault(body: Json, headers: Record<string, string | undefined>): string | null {
  if (headers['x-goog-api-key'] === undefined) return "Method doesn't allow unregistered callers."
  for (const field of Object.keys(body))
    if (!FIELDS.has(field))
      return `Invalid JSON payload received. Unknown name "${field}": Cannot find field.`
  const contents = body.contents as Content[]
  if (!Array.isArray(contents) || contents.length === 0) return 'contents is not specified'
  let calls: string[] = []
  for (const [index, { role, parts }] of contents.entries()) {
    if (role !== undefined && role !== 'user' && role !== 'model')
      return 'Please use a valid role: user, model.'
    if (!Array.isArray(parts) || parts.length === 0) return `contents[${index}].parts must not be empty.`
    const made = parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall.name]))
    const answered = parts.flatMap(({ functionResponse }) =>
      functionResponse === undefined ? [] : [functionResponse.name],
    )
    if (calls.length > 0 && answered.join() !== calls.join())
      return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.'
    if (calls.length === 0 && answered.length > 0)
      return 'Please ensure that function response turn comes immediately after a function call turn.'
    const first = parts.find(({ functionCall }) => functionCall !== undefined)
    if (first !== undefined && !SIGNATURES.has(first.thoughtSignature ?? ''))
      return `Function call is missing a thought_signature in functionCall parts. (contents[${index}])`
    if (parts.some(({ thoughtSignature: seal }) => seal !== undefined && !SIGNATURES.has(seal)))
      return 'Corrupted thought signature.'
    calls = made
  }
  return null
}

/** The parts of a request that the model reads. */
export function readGemini(body: Json): Conversation {
  const groups = (body.tools ?? []) as {
    functionDeclarations?: { name: string; parametersJsonSchema?: Schema; parameters?: Schema }[]
  }[]
  const config = body.generationConfig as { responseMimeType?: string } | undefined
  return {
    tools: groups
      .flatMap(({ functionDeclarations = [] }) => functionDeclarations)
      .map(({ name, parametersJsonSchema, parameters }) => ({
        name,
        schema: parametersJsonSchema ?? parameters ?? {},
      })),
    results: (body.contents as Content[])
      .flatMap(({ parts }) => parts)
      .filter(({ functionResponse }) => functionResponse !== undefined).length,
    wantsJson: config?.responseMimeType === 'application/json',
  }
}

function buildParts({ thinking, text, calls }: Reply): Part[] {
  return [
    ...(thinking === null ? [] : [{ text: thinking, thought: true }]),
    ...(text === '' ? [] : [{ text }]),
    ...calls.map(({ name, input }, index) => ({
      functionCall: { name, args: input },
      ...(index === 0 ? { thoughtSignature: 'c2lnbmVk' } : {}),
    })),
  ]
}

function chunk(parts: Part[], id: string, model: string, end: Json): Json {
  return {
    candidates: [{ content: { role: 'model', parts }, index: 0, ...end }],
    usageMetadata: { promptTokenCount: 120, candidatesTokenCount: 20, totalTokenCount: 140 },
    modelVersion: model,
    responseId: id,
  }
}

/** The whole answer. */
export function wholeGenerated(reply: Reply, id: string, model: string): Json {
  return chunk(buildParts(reply), id, model, { finishReason: 'STOP' })
}

/** The events of a streamed answer. */
export function generatedEvents(reply: Reply, id: string): string[] {
  const parts = buildParts(reply)
  const event = (data: Json) => `data: ${JSON.stringify(data)}\n\n`
  return [
    ...parts.map((part) => event(chunk([part], id, 'm1', {}))),
    event(chunk([{ text: '' }], id, 'm1', { finishReason: 'STOP' })),
  ]
}

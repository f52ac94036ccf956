// Writes the turns of a request as Gemini's contents. Shapes: https://ai.google.dev/api/caching#Content (2026-11).

import { refuse, type Json } from '../json-fields.ts'
import { CallIds } from '../neutral/tools/call-ids.ts'
import { wrapInput } from '../neutral/tools/custom-tools.ts'
import { objectInput } from '../neutral/tools/object-input.ts'
import { CONTINUE, type NeutralRequest, type Part, type ResultPart, type Source } from '../neutral/request.ts'
import { isYouTube } from '../neutral/media.ts'
import { NO_SIGNATURE } from '../neutral/seal.ts'
import type { ToolNames } from '../neutral/tools/tool-names.ts'

/**
 * From Gemini 3 on, media belong inside the response of a function. Some models refuse them beside it. Earlier models
 * take them beside it alone. Sources: https://ai.google.dev/gemini-api/docs/function-calling, "Multimodal function
 * responses"; https://github.com/agno-agi/agno/issues/9630, 2026-11.
 */
const NESTS_MEDIA = /gemini-(?:[3-9]|\d{2,})/

/**
 * Only bytes of these types may be inside a response (the same page). All others follow it. Vertex AI alone takes
 * addresses there (https://hexdocs.pm/geminix/Geminix.V1beta.FunctionResponsePart.html and
 * https://github.com/agno-agi/agno/pull/9647, 2026-11).
 */
function isMediaPart({ inlineData }: Json): boolean {
  const { mimeType } = (inlineData ?? {}) as { mimeType?: string }
  return mimeType !== undefined && NESTED_TYPES.has(mimeType)
}

const NESTED_TYPES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'application/pdf',
  'text/plain',
])

interface Content {
  role: 'user' | 'model'
  parts: Json[]
}

/** The system instruction and the contents. Neighbours of one role become one. */
export function writeContents(
  { turns, model }: NeutralRequest,
  names: ToolNames,
  leaveOut: (field: string) => void,
): Json {
  const writer = new PartsWriter(names, leaveOut, NESTS_MEDIA.test(model))
  const system: Json[] = []
  const contents: Content[] = []
  for (const { role, parts, at } of turns) {
    if (role === 'system') {
      for (const part of parts) system.push(...systemPart(part, at))
      continue
    }
    const written = role === 'user' ? writer.user(parts) : writer.model(parts, at)
    const own = role === 'user' ? 'user' : 'model'
    const last = contents.at(-1)
    if (written.length === 0) continue
    if (last?.role === own) last.parts.push(...written)
    else contents.push({ role: own, parts: written })
  }
  // A lone system prompt is the request itself.
  if (contents.length === 0)
    return { contents: [{ role: 'user', parts: system.length > 0 ? system : [{ text: CONTINUE }] }] }
  if (contents[0]!.role === 'model') contents.unshift({ role: 'user', parts: [{ text: CONTINUE }] })
  if (contents.at(-1)!.role === 'model') contents.push({ role: 'user', parts: [{ text: CONTINUE }] })
  return { ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }), contents }
}

function systemPart(part: Part, at: string): Json[] {
  if (part.kind !== 'text') return refuse(at, 'it is not text alone')
  return part.text === '' ? [] : [{ text: part.text }]
}

class PartsWriter {
  readonly #names: ToolNames
  readonly #leaveOut: (field: string) => void
  readonly #ids = new CallIds()
  /** Media belong inside the response of a function. */
  readonly #nestsMedia: boolean
  /** The names of tools by the ids of their calls, as the client wrote them. */
  readonly #called = new Map<string, string>()

  constructor(names: ToolNames, leaveOut: (field: string) => void, nestsMedia: boolean) {
    this.#nestsMedia = nestsMedia
    this.#names = names
    this.#leaveOut = leaveOut
  }

  /** Results come first: they belong to the calls before them. */
  user(parts: readonly Part[]): Json[] {
    const results = parts.flatMap((part) => (part.kind === 'result' ? this.#result(part) : []))
    return [...results, ...parts.flatMap((part) => (part.kind === 'result' ? [] : contentPart(part)))]
  }

  model(parts: readonly Part[], at: string): Json[] {
    let hasCall = false
    return parts.flatMap((part): Json[] => {
      switch (part.kind) {
        case 'text':
        case 'refusal':
          return part.text === '' ? [] : [{ text: part.text }]
        case 'thinking':
          return part.seal?.origin === 'gemini'
            ? [{ text: part.text, thought: true, thoughtSignature: part.seal.text }]
            : []
        case 'call': {
          const written = this.#call(part, !hasCall)
          hasCall = true
          return [written]
        }
        case 'image':
        case 'audio':
        case 'document':
        case 'video':
          this.#leaveOut(`${at}.${part.kind}`)
          return []
        case 'sealed':
        case 'result':
          return []
      }
    })
  }

  #call({ id, name, input, isCustom, seal }: Part & { kind: 'call' }, isFirst: boolean): Json {
    this.#called.set(id, name)
    const signature = seal?.origin === 'gemini' ? seal.text : isFirst ? NO_SIGNATURE : null
    return {
      functionCall: {
        id: this.#ids.call(id),
        name: this.#names.sent(name),
        args: objectInput(isCustom ? wrapInput(input) : input),
      },
      ...(signature === null ? {} : { thoughtSignature: signature }),
    }
  }

  #result(part: ResultPart): Json[] {
    const texts = part.parts.flatMap((each) =>
      each.kind === 'text' || each.kind === 'refusal' ? [each.text] : [],
    )
    const others = part.parts.filter(({ kind }) => kind !== 'text' && kind !== 'refusal')
    const name = part.name ?? this.#called.get(part.id) ?? part.id
    const text = texts.join('\n\n')
    const media = others.flatMap((each) => contentPart(each))
    const isInside = media.length > 0 && this.#nestsMedia && media.every(isMediaPart)
    const functionResponse = {
      id: this.#ids.result(part.id),
      name: this.#names.sent(name),
      response: part.isError ? { error: text } : { output: text },
      ...(isInside ? { parts: media } : {}),
    }
    return [{ functionResponse }, ...(isInside ? [] : media)]
  }
}

function contentPart(part: Part): Json[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'image':
      return [mediaPart(part.source, 'image/jpeg')]
    case 'document': {
      const heads = [part.title, part.context].filter((each) => each !== null).map((text) => ({ text }))
      return [...heads, mediaPart(part.source, 'application/pdf')]
    }
    case 'audio':
      return [{ inlineData: { mimeType: `audio/${part.format}`, data: part.data } }]
    case 'video':
      return [
        isYouTube(part.source)
          ? { fileData: { fileUri: part.source.url } }
          : mediaPart(part.source, 'video/mp4'),
      ]
    case 'thinking':
    case 'sealed':
    case 'call':
    case 'result':
      return refuse(part.at, `a user's message has no ${part.kind}`)
  }
}

/** `guess`: the media type of a URL that shows none. */
function mediaPart(source: Source, guess: string): Json {
  if (source.type === 'text') return { text: source.text }
  if (source.type === 'base64') return { inlineData: { mimeType: source.mediaType, data: source.data } }
  const ending = /\.(\w+)(?:[?#]|$)/.exec(source.url)?.[1]?.toLowerCase() ?? ''
  return { fileData: { mimeType: mediaTypes.get(ending) ?? guess, fileUri: source.url } }
}

// https://ai.google.dev/gemini-api/docs/image-understanding and /video-understanding (2026-11)
const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['3gp', 'video/3gpp'],
  ['3gpp', 'video/3gpp'],
  ['avi', 'video/avi'],
  ['flv', 'video/x-flv'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['mov', 'video/mov'],
  ['mp4', 'video/mp4'],
  ['mpeg', 'video/mpeg'],
  ['mpg', 'video/mpg'],
  ['webm', 'video/webm'],
  ['wmv', 'video/wmv'],
  ['gif', 'image/gif'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['txt', 'text/plain'],
  ['webp', 'image/webp'],
])

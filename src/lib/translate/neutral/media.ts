import { refuse } from '../json-fields.ts'
import type { Part, Source } from './request.ts'

/** Parses a data URL in base64. `at`: its field, for a refusal. */
export function parseDataUrl(url: string, at: string): Source & { type: 'base64' } {
  const comma = url.indexOf(',')
  const head = url.slice(0, Math.max(comma, 0))
  if (!/^data:.*;base64$/is.test(head)) refuse(at, 'it is no data URL in base64')
  return base64Source(head.slice(5, -7).split(';')[0]!, url.slice(comma + 1))
}

// The first characters of an image in base64 show its kind.
const imageKinds = [
  ['/9j/', 'image/jpeg'],
  ['iVBORw0KGgo', 'image/png'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
] as const

/** The kind that the bytes of an image show; null: none that is known. */
export function detectImageType(data: string): string | null {
  return imageKinds.find(([start]) => data.startsWith(start))?.[1] ?? null
}

/**
 * Bytes in base64. Clients give images a wrong type, and Anthropic refuses those: `image/jpg`, or a screenshot that is
 * no PNG (https://github.com/BerriAI/litellm/issues/24900, 2026-11).
 */
export function base64Source(given: string, written: string): Source & { type: 'base64' } {
  const mediaType = given.toLowerCase()
  const data = plainBase64(written)
  if (!mediaType.startsWith('image/')) return { type: 'base64', mediaType, data }
  const named = mediaType === 'image/jpg' ? 'image/jpeg' : mediaType
  return { type: 'base64', mediaType: detectImageType(data) ?? named, data }
}

/**
 * An image. Clients send PDF as images too (https://github.com/BerriAI/litellm: document understanding, 2026-11), and
 * videos.
 */
export function imagePart(source: Source, detail: string | null, at: string): Part {
  if (isVideo(source)) return { kind: 'video', source, at }
  const isPdf = source.type === 'base64' && source.mediaType === 'application/pdf'
  return isPdf
    ? { kind: 'document', source, title: null, context: null, at }
    : { kind: 'image', source, detail, at }
}

/** The media type of a format of videos (https://ai.google.dev/gemini-api/docs/video-understanding, 2026-11). */
export function videoType(format: string): string {
  return `video/${videoFormats.get(format) ?? format}`
}

/** Endings of videos that differ from their media type. */
const videoFormats: ReadonlyMap<string, string> = new Map([
  ['3gp', '3gpp'],
  ['flv', 'x-flv'],
  ['qt', 'mov'],
])

/** Google reads videos of YouTube by the address of their page, which has no media type. */
export function isYouTube(source: Source): source is Source & { type: 'url' } {
  return source.type === 'url' && /^https?:\/\/(?:(?:www\.|m\.)?youtube\.com|youtu\.be)\//i.test(source.url)
}

/** Whether a part is neither words nor a call. */
export function isMedia({ kind }: Part): boolean {
  return kind === 'image' || kind === 'audio' || kind === 'document' || kind === 'video'
}

/** Whether these are the bytes of a video. */
export function isVideo(source: Source): boolean {
  return source.type === 'base64' && source.mediaType.startsWith('video/')
}

/** A video by its address: as a data URL or another one. `at`: its field, for a refusal. */
export function videoPart(url: string, at: string): Part {
  const source = url.startsWith('data:') ? parseDataUrl(url, at) : ({ type: 'url', url } as const)
  return { kind: 'video', source, at }
}

/** The base64 of a sound. Clients send a data URL too. */
export function readAudioData(data: string, at: string): string {
  return data.startsWith('data:') ? parseDataUrl(data, at).data : data
}

/** A file as a data URL. A bare PDF is recognised by its first bytes, and plain text becomes text. */
export function readFile(data: string, at: string): Source {
  if (data.startsWith('JVBERi')) return base64Source('application/pdf', data)
  return readTextFile(parseDataUrl(data, at), at)
}

/** A file of text, code or data as its text: services read PDF, and refuse other types. */
export function readTextFile(source: Source & { type: 'base64' }, at: string): Source {
  return TEXT_TYPES.test(source.mediaType) ? { type: 'text', text: decodeUtf8(source.data, at) } : source
}

const TEXT_TYPES =
  /^(?:text\/|application\/(?:json|jsonl|ld\+json|xml|yaml|x-yaml|toml|javascript|typescript|sql|x-sh|csv|x-ndjson)\b)/

/**
 * Base64 in one line, in the alphabet that all services read. Mail encoders break lines (RFC 2045), and Google's Python
 * SDK writes the alphabet for URLs.
 */
function plainBase64(data: string): string {
  // Native searches are quick: an image may have megabytes.
  const line = data.includes('\n') ? data.replaceAll(/\s/g, '') : data
  if (!line.includes('-') && !line.includes('_')) return line
  const plain = line.replaceAll('-', '+').replaceAll('_', '/')
  return plain.padEnd(Math.ceil(plain.length / 4) * 4, '=')
}

export function dataUrl({ mediaType, data }: Source & { type: 'base64' }): string {
  return `data:${mediaType};base64,${data}`
}

function decodeUtf8(base64: string, at: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse(at, 'it is not UTF-8 in base64')
  }
}

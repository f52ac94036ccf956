// Reads the content of a chat message. Clients of other formats send their parts here too, so those are taken.

import {
  isGiven,
  isObject,
  isText,
  listAt,
  objectAt,
  quoteValue,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import {
  base64Source,
  imagePart,
  isVideo,
  parseDataUrl,
  readAudioData,
  readFile,
  videoPart,
  videoType,
} from '../neutral/media.ts'
import type { Part } from '../neutral/request.ts'
import { joinTextParts } from './read-answer.ts'
import { readBlock, blockTypes } from '../messages/read-blocks.ts'

export const partRules: FieldRules = {
  type: 'taken',
  text: 'taken',
  refusal: 'taken',
  image_url: 'taken',
  file: 'taken',
  input_audio: 'taken',
  video_url: 'taken',
  input_video: 'taken',
  fps: 'hint',
  video_metadata: 'hint',
  cache_control: { only: ['messages'] },
  prompt_cache_breakpoint: { only: ['messages'] },
}
export const imageUrlRules: FieldRules = { url: 'taken', detail: { only: ['responses'] } }
const videoRules: FieldRules = {
  url: 'taken',
  video_url: 'taken',
  data: 'taken',
  format: 'taken',
  fps: 'hint',
  detail: 'hint',
}
export const fileRules: FieldRules = {
  filename: 'taken',
  file_data: 'taken',
  file_id: { refused: 'the file is kept at OpenAI, where this account cannot read it' },
}

export function readChatContent(content: unknown, at: string, check: FieldCheck): Part[] {
  if (!isGiven(content) || content === '') return []
  if (typeof content === 'string') return [{ kind: 'text', text: content, at }]
  return (isObject(content) ? [content] : listAt(content, at)).flatMap((value, index) => {
    const field = `${at}[${index}]`
    const part = typeof value === 'string' ? { type: 'text', text: value } : objectAt(value, field)
    if (part.type === 'thinking' && Array.isArray(part.thinking)) return readMistralThinking(part, field)
    if (blockTypes.has(part.type)) return readBlock(part, field, check)
    check.check(part, partRules, field)
    return [{ ...readPart(part, field, check), ...readCacheMark(part) }]
  })
}

/** Mistral's thinking is a list of texts (https://docs.mistral.ai/capabilities/reasoning, 2026-11). */
function readMistralThinking({ thinking }: Json, at: string): Part[] {
  const text = joinTextParts(thinking)
  return text === '' ? [] : [{ kind: 'thinking', text, seal: null, at }]
}

/**
 * The end of a cached part: in Anthropic's own spelling, which some clients use with OpenAI's format, or in
 * OpenAI's.
 */
export function readCacheMark(part: Json): { cache?: unknown } {
  if (isGiven(part.cache_control)) return { cache: part.cache_control }
  return isGiven(part.prompt_cache_breakpoint) ? { cache: { type: 'ephemeral' } } : {}
}

function readPart(part: Json, at: string, check: FieldCheck): Part {
  switch (part.type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return { kind: 'text', text: textAt(part.text, `${at}.text`), at }
    case 'refusal':
      return { kind: 'refusal', text: textAt(part.refusal, `${at}.refusal`), at }
    case 'image_url':
    case 'input_image':
      return readImage(part.image_url, at, check)
    case 'file':
      return readFilePart(objectAt(part.file, `${at}.file`), at, check)
    case 'input_audio': {
      const { data, format } = objectAt(part.input_audio, `${at}.input_audio`)
      const bytes = readAudioData(textAt(data, `${at}.data`), `${at}.data`)
      return { kind: 'audio', data: bytes, format: textAt(format, `${at}.format`), at }
    }
    case 'video_url':
    case 'input_video':
      return { ...readVideo(part.video_url ?? part.input_video, `${at}.${String(part.type)}`, check), at }
    default:
      return refuse(at, `no other format has a part of type ${quoteValue(part.type)}`)
  }
}

function readImage(value: unknown, at: string, check: FieldCheck): Part {
  const image = typeof value === 'string' ? { url: value } : objectAt(value, `${at}.image_url`)
  check.check(image, imageUrlRules, `${at}.image_url`)
  const field = `${at}.image_url.url`
  const url = textAt(image.url, field)
  const source = url.startsWith('data:') ? parseDataUrl(url, field) : ({ type: 'url', url } as const)
  const detail = 'detail' in image && isText(image.detail) ? image.detail : null
  return imagePart(source, detail, at)
}

/**
 * vLLM, OpenRouter and Qwen name a video `{"video_url": {"url"}}`. Google's chat completions take bytes and their format
 * (https://cloud.google.com/distributed-cloud/hosted/docs/latest/gdch/gemini/capabilities/video,
 * 2026-11).
 */
function readVideo(value: unknown, at: string, check: FieldCheck): Part {
  if (isText(value)) return videoPart(value, at)
  const video = objectAt(value, at)
  check.check(video, videoRules, at)
  if (!isText(video.data)) return videoPart(textAt(video.url ?? video.video_url, `${at}.url`), `${at}.url`)
  if (video.data.startsWith('data:')) return videoPart(video.data, `${at}.data`)
  const format = isText(video.format) ? video.format.toLowerCase() : 'mp4'
  return { kind: 'video', source: base64Source(videoType(format), video.data), at }
}

function readFilePart(file: Json, at: string, check: FieldCheck): Part {
  check.check(file, fileRules, `${at}.file`)
  const field = `${at}.file.file_data`
  const source = readFile(textAt(file.file_data, field), field)
  if (isVideo(source)) return { kind: 'video', source, at }
  return { kind: 'document', source, title: isText(file.filename) ? file.filename : null, context: null, at }
}

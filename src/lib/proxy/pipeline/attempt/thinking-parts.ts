// Thinking as Mistral writes it in a chat request that is not translated: as parts of the content. Other services refuse
// a content with such parts (https://github.com/tontinton/maki/pull/396 and
// https://docs.mistral.ai/studio-api/conversations/reasoning, 2026-11).

import { isRecord } from '../../../base/is-record.ts'
import { splice, type Edit } from '../../wire/body/edit-body.ts'
import { elementSpans, memberSpans } from '../../wire/body/json-cursor.ts'
import type { Span } from '../../wire/body/json-scan.ts'
import { findSpans } from '../../wire/body/member-paths.ts'

const MARK = Buffer.from('"thinking"')
const OPEN_LIST = 0x5b

interface MovedParts {
  body: Buffer
  /** Whether some thinking has no other place. */
  isLost: boolean
}

/**
 * Moves the thinking of each message into `field`, the service's own; null: the service has none. Null: there are no
 * such parts.
 */
export function moveThinkingParts(body: Buffer, field: string | null): MovedParts | null {
  if (!body.includes(MARK)) return null
  const edits: Edit[] = []
  let isLost = false
  for (const list of findSpans(body, 'messages'))
    for (const message of elementSpans(body, list, Infinity)) {
      const [content] = memberSpans(body, message, 'content')
      const parts = content === undefined ? null : splitParts(body, content)
      if (parts === null) continue
      const { kept, thoughts } = parts
      const isMoved = field !== null && memberSpans(body, message, field).length === 0
      isLost ||= !isMoved && thoughts !== ''
      const moved = isMoved ? `,"${field}":${JSON.stringify(thoughts)}` : ''
      edits.push({ ...content!, text: `${kept}${moved}` })
    }
  return edits.length === 0 ? null : { body: splice(body, edits), isLost }
}

/** The content without its thinking, as it was written; null: it has none. */
function splitParts(body: Buffer, content: Span): { kept: string; thoughts: string } | null {
  if (body[content.start] !== OPEN_LIST) return null
  const kept: string[] = []
  const thoughts: string[] = []
  let hasThinking = false
  for (const part of elementSpans(body, content, Infinity)) {
    const texts = readThinking(body, part)
    if (texts === null) kept.push(body.toString('utf8', part.start, part.end))
    else thoughts.push(...texts)
    hasThinking ||= texts !== null
  }
  if (!hasThinking) return null
  return { kept: kept.length === 0 ? '""' : `[${kept.join(',')}]`, thoughts: thoughts.join('') }
}

/** The texts of such a part; null: it is another part, or malformed. */
function readThinking(body: Buffer, part: Span): string[] | null {
  const [list] = memberSpans(body, part, 'thinking')
  if (list === undefined || body[list.start] !== OPEN_LIST) return null
  try {
    const parts = JSON.parse(body.toString('utf8', list.start, list.end)) as unknown[]
    return parts.flatMap((each) => (isRecord(each) && typeof each.text === 'string' ? [each.text] : []))
  } catch {
    return null
  }
}

import type { Outcome } from '../../../provider/provider.ts'
import { isContextOverflow } from '../../../provider/context-overflow.ts'
import type { ErrorShape } from '../../wire/wire-errors.ts'
import type { HeldAnswer } from '../answer/held-answer.ts'
import { parseJson } from '../answer/held-answer.ts'
import { withoutCoding } from '../answer/reshaped-answer.ts'

/**
 * The signs at which clients shorten the conversation, as of 2026-11. Claude Code: the message of a Messages
 * error. opencode, Cline, pi: the message (https://github.com/anomalyco/opencode,
 * packages/opencode/src/provider/error.ts; https://github.com/cline/cline,
 * src/core/context/context-management/context-error-handling.ts). Codex: the code
 * (https://github.com/openai/codex, codex-rs/codex-api/src/sse/responses.rs).
 */
const shapes: Readonly<Record<ErrorShape, { words: string; known: RegExp }>> = {
  chat: { words: 'context length exceeded', known: /maximum context length|context length exceeded/i },
  responses: { words: 'context length exceeded', known: /context (?:length|window)/i },
  messages: { words: 'prompt is too long', known: /prompt is too long/i },
  gemini: {
    words: 'The input token count exceeds the maximum number of tokens allowed',
    known: /input token count.{0,40}exceeds the maximum/i,
  },
}

const CODE = 'context_length_exceeded'

/**
 * If the request is too long, puts the text that the client recognises before the upstream's message. All other
 * answers stay unchanged, and so do those that clients recognise already.
 */
export function tellOverflow(held: HeldAnswer, outcome: Outcome, shape: ErrorShape): HeldAnswer {
  if (!isContextOverflow(outcome)) return held
  const said = messageIn(held.body) ?? outcome.message
  const { words, known } = shapes[shape]
  const isKnown = known.test(said)
  if (isKnown && hasCode(held, shape)) return held
  const message = isKnown ? said : `${words}: ${said}`
  const rawHeaders = withoutCoding(held.rawHeaders)
  return { status: 400, rawHeaders, body: Buffer.from(JSON.stringify(envelope(shape, message))) }
}

function hasCode({ status, body }: HeldAnswer, shape: ErrorShape): boolean {
  const error = errorIn(body)
  if (shape === 'messages' || shape === 'gemini') return error !== null && status === 400
  return error?.code === CODE
}

function messageIn(body: Buffer): string | null {
  const message = errorIn(body)?.message
  return typeof message === 'string' && message !== '' ? message : null
}

function errorIn(body: Buffer): Record<string, unknown> | null {
  const parsed = parseJson(body) as { error?: unknown } | null | undefined
  const error = parsed?.error
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : null
}

function envelope(shape: ErrorShape, message: string): object {
  if (shape === 'messages') return { type: 'error', error: { type: 'invalid_request_error', message } }
  if (shape === 'gemini') return { error: { code: 400, message, status: 'INVALID_ARGUMENT' } }
  return { error: { message, type: 'invalid_request_error', param: null, code: CODE } }
}

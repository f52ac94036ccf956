import { isEmptyAnswer, isErrorFrame } from '../../../provider/failures/error-frame.ts'
import type { Outcome, Provider } from '../../../provider/provider.ts'
import { readsUsageMember } from '../../../provider/usage/usage.ts'
import type { AttemptContext } from '../attempt-context.ts'
import { parseJson } from './held-answer.ts'
import { hideInBody } from '../../wire/secrets/hide-secret.ts'
import type { UpstreamHead } from '../../transport/upstream-head.ts'
import { inspectAnswer } from '../../wire/inspect-response.ts'
import type { StreamError } from '../../wire/streams/stream-error.ts'
import { usageInTail } from '../../wire/usage-in-tail.ts'

/**
 * The classification of an upstream's answer: one for the client, with its usage source, or a refusal with
 * its meaning.
 */
export type Verdict =
  | { isAnswer: true; tellsUsage: unknown }
  | {
      isAnswer: false
      outcome: Outcome
      /** The HTTP status that it has, or should have had. */
      status: number
      /** The body without the credential of the account. */
      body: Buffer
      /** The parsed body; undefined: not JSON. */
      data: unknown
    }

const UNTRANSLATABLE = 'the upstream answered with something that cannot be translated'

interface Judge {
  provider: Provider
  /** The credential of the account, which no error shows. */
  secret: string
  /** Epoch milliseconds. */
  now: number
}

/** Classifies a whole answer. A 200 alone is no success: some services send errors with it. */
export function classifyResponse(head: UpstreamHead, body: Buffer, judge: Judge): Verdict {
  const { isSuccess } = head
  const glance = isSuccess && readsUsageMember(judge.provider) ? inspectAnswer(body) : null
  if (glance !== null)
    return { isAnswer: true, tellsUsage: glance.usage === undefined ? usageInTail(body) : glance }
  const data = parseJson(body)
  const isHiddenError = isErrorFrame(null, data) || (isSuccess && isEmptyAnswer(data))
  if (isSuccess && !isHiddenError && (data !== undefined || head.status === 204)) {
    return { isAnswer: true, tellsUsage: data }
  }
  const shown = hideInBody(body, judge.secret)
  const shownData = shown === body ? data : parseJson(shown)
  const outcome = classifyWhole(head, shown, { data: shownData, judge })
  return {
    isAnswer: false,
    outcome,
    status: isHiddenError && isSuccess ? deriveStatus(outcome, statusIn(data)) : head.status,
    body: shown,
    data: shownData,
  }
}

/** Classifies an error frame, at the start of a stream or in its middle. */
export function classifyStreamError(
  { status, body, text }: StreamError,
  head: UpstreamHead,
  judge: Judge,
): { outcome: Outcome; status: number } {
  const said = status ?? statusIn(body)
  const outcome = judge.provider.outcome({
    status: said ?? head.status,
    header: (name) => head.get(name),
    body,
    text,
    now: judge.now,
  })
  return { outcome, status: deriveStatus(outcome, said) }
}

export function buildJudge({ target, clock }: AttemptContext): Judge {
  return { provider: target.provider, secret: target.secret, now: clock() }
}

/** The outcome of an answer that cannot be read, or has no form in the client's format. */
export function untranslatable(message = UNTRANSLATABLE): Outcome {
  return localOutcome({ class: 'overloaded', code: 'garbage', message })
}

/** An outcome that qwenctl itself detected, without a message of the provider. */
export function localOutcome(outcome: Pick<Outcome, 'class' | 'code' | 'message'>): Outcome {
  return { scope: 'account', until: null, ...outcome }
}

export function isEventStream(head: UpstreamHead): boolean {
  const type = head.contentType
  // Most answers are `application/json`: the first letter decides.
  return type !== undefined && type.charCodeAt(0) !== 0x61 && /^text\/event-stream\b/i.test(type)
}

/** JSON or events, which can carry an error; sound and pictures cannot. */
export function isJsonOrEvents(head: UpstreamHead): boolean {
  return /^(?:application\/(?:[\w.-]+\+)?json|text\/event-stream)\b/i.test(head.contentType ?? '')
}

function classifyWhole(
  head: UpstreamHead,
  body: Buffer,
  { data, judge }: { data: unknown; judge: Judge },
): Outcome {
  if (head.status >= 300 && head.status < 400) {
    const message = `the upstream answered with a redirect (${head.status}), which is not followed`
    return localOutcome({ class: 'overloaded', code: 'redirect', message })
  }
  if (data === undefined && head.status < 300) {
    const what = body.length === 0 ? 'nothing' : 'something that is no JSON'
    return localOutcome({
      class: 'overloaded',
      code: 'garbage',
      message: `the upstream answered with ${what}`,
    })
  }
  return judge.provider.outcome({
    status: head.status,
    header: (name) => head.get(name),
    body: data,
    text: body.toString('utf8', 0, 4096),
    now: judge.now,
  })
}

/** Events without their content type. */
export function looksLikeEvents(body: Buffer): boolean {
  return /^\uFEFF?(?:data|event|id|retry)?:/.test(body.toString('utf8', 0, 16))
}

/** The status that an error after a 200 would have had. */
function deriveStatus(outcome: Outcome, said: number | null): number {
  return said ?? (outcome.class === 'bad-request' ? 400 : 502)
}

/** The HTTP status that an error body names itself, as OpenRouter and Gemini do. */
function statusIn(body: unknown): number | null {
  const error = (Array.isArray(body) ? (body as unknown[])[0] : body) as
    { error?: { code?: unknown } } | null | undefined
  const code = error?.error?.code
  return typeof code === 'number' && code >= 400 && code <= 599 ? code : null
}

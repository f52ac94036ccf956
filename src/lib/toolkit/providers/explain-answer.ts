import { LOCAL_USER, plainAccount } from '../../account/account.ts'
import { tryParseJson } from '../../base/text/try-parse-json.ts'
import type { Outcome, Provider } from '../../provider/provider.ts'
import type { FailureRow } from '../../provider/failures/failure-row.ts'
import { isEmptyAnswer, isErrorFrame } from '../../provider/failures/error-frame.ts'
import { findOwnRows } from '../../provider/failures/services.ts'
import { explainOutcome } from '../../provider/failures/outcome-table.ts'
import type { OutcomeRow } from '../../provider/failures/outcome-row.ts'
import type { OutcomeClass } from '../../quota/log/events.ts'
import { listCooldowns, movesOn } from '../../rotation/cooldowns/cooling.ts'
import { buildMember } from '../../rotation/pool/member.ts'

/** A service's response as a person provides it. */
export interface GivenAnswer {
  status: number
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>
  text: string
}

/** How qwenctl classifies a response, for `providers explain`. */
export interface AnswerExplanation {
  provider: string
  status: number
  /** The outcome class. */
  verdict: OutcomeClass
  /** The party that has the problem; `none`: the body is an answer. */
  trouble:
    'none' | 'request' | 'model' | 'endpoint' | 'account' | 'money' | 'rate' | 'window' | 'service' | 'way'
  /** The subject of the cooldown; null: no cooldown. */
  subject: 'account' | 'model' | 'endpoint' | 'service' | null
  /** Whether failover to the next account follows. False: the client gets the response unchanged. */
  movesOn: boolean
  /** The end of the cooldown after a first failure, and whether it is a guess; null: no cooldown. */
  cooldown: { until: string | null; guessed: boolean } | null
  code: string | null
  message: string
  /** The deciding row; null fields: a row or a function of a plugin. */
  rule: { id: string | null; about: string | null; source: string | null }
}

const troubles: Record<OutcomeClass, AnswerExplanation['trouble']> = {
  ok: 'none',
  'rate-short': 'rate',
  'quota-window': 'window',
  'quota-hard': 'money',
  'auth-refresh': 'account',
  'auth-dead': 'account',
  'model-unavailable': 'model',
  'route-missing': 'endpoint',
  'request-declined': 'request',
  overloaded: 'service',
  'bad-request': 'request',
  unreachable: 'way',
  timeout: 'way',
  aborted: 'way',
  lost: 'way',
}

/** Classifies a response as the proxy would for an account of this provider. `now`: epoch milliseconds. */
export function explainAnswer(provider: Provider, given: GivenAnswer, now: number): AnswerExplanation {
  const { outcome, row } = outcomeAt(provider, given, now) ?? answered
  const rule: (OutcomeRow & Partial<FailureRow>) | null = row
  const isWay = rule?.id === 'page-of-a-gateway'
  return {
    provider: provider.id,
    status: given.status,
    verdict: outcome.class,
    trouble: isWay ? 'way' : troubles[outcome.class],
    ...cooling(provider, outcome, now),
    movesOn: movesOn(outcome.class),
    code: outcome.code,
    message: outcome.message,
    rule: { id: rule?.id ?? null, about: rule?.about ?? null, source: rule?.source ?? null },
  }
}

const answered: { outcome: Outcome; row: null } = {
  outcome: { class: 'ok', scope: 'account', until: null, code: null, message: 'an answer, not an error' },
  row: null,
}

/** Null: the body is an answer. */
function outcomeAt(
  provider: Provider,
  { status, headers, text }: GivenAnswer,
  now: number,
): { outcome: Outcome; row: OutcomeRow | null } | null {
  const { body, event, said } = readBody(text)
  if (status < 300 && body !== undefined && !isErrorFrame(event, body) && !isEmptyAnswer(body)) return null
  const answer = {
    status: said ?? status,
    header: (name: string) => headers[name],
    body,
    text: text.slice(0, 4096),
    now,
  }
  const outcome = provider.outcome(answer)
  const explained = explainOutcome(answer, findOwnRows(provider.id))
  const isSame = explained.outcome.class === outcome.class && explained.outcome.until === outcome.until
  return { outcome, row: isSame ? explained.row : null }
}

/** A body, or the first event of a stream with data. `said`: the status in a comment of DashScope. */
function readBody(text: string): { body: unknown; event: string | null; said: number | null } {
  const whole = tryParseJson(text.replace(/^\uFEFF/, ''))
  const data = /^data: ?(.+)$/m.exec(text)?.[1]
  if (whole !== undefined || data === undefined) return { body: whole, event: null, said: null }
  const said = /^:HTTP_STATUS\/([45]\d\d)/m.exec(text)?.[1]
  const event = /^event: ?(.+)$/m.exec(text)?.[1]?.trim() ?? null
  return { body: tryParseJson(data), event, said: said === undefined ? null : Number(said) }
}

/** The cooldown after a first failure. If the first failure of a service starts none: after the second. */
function cooling(
  provider: Provider,
  outcome: Outcome,
  now: number,
): Pick<AnswerExplanation, 'subject' | 'cooldown'> {
  const named = { id: 'acc_1', user: LOCAL_USER, provider: provider.id, name: 'account', createdAt: '' }
  const member = buildMember(plainAccount(named), provider)
  const context = { member, model: 'model', route: 'chat/completions', strikes: 0, random: 0, now }
  const [notice] = [...listCooldowns(outcome, context), ...listCooldowns(outcome, { ...context, strikes: 1 })]
  if (notice === undefined) return { subject: null, cooldown: null }
  const isOfService = notice.subject === member.subjects.provider
  const narrow = 'route' in notice ? 'endpoint' : notice.model === undefined ? 'account' : 'model'
  const subject = outcome.class === 'route-missing' ? 'endpoint' : isOfService ? 'service' : narrow
  return { subject, cooldown: { until: notice.until, guessed: notice.guessed === true } }
}

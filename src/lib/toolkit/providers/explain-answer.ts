import { tryParseJson } from '../../base/try-parse-json.ts'
import type { Outcome, Provider } from '../../provider/provider.ts'
import type { FailureRow } from '../../provider/failures/failure-row.ts'
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
  /** The party that has the problem. */
  trouble: 'request' | 'model' | 'endpoint' | 'account' | 'money' | 'rate' | 'window' | 'service' | 'way'
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
  ok: 'service',
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
  const { outcome, row } = outcomeAt(provider, given, now)
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

function outcomeAt(
  provider: Provider,
  { status, headers, text }: GivenAnswer,
  now: number,
): { outcome: Outcome; row: OutcomeRow | null } {
  const answer = {
    status,
    header: (name: string) => headers[name],
    body: tryParseJson(text),
    text: text.slice(0, 4096),
    now,
  }
  const outcome = provider.outcome(answer)
  const explained = explainOutcome(answer, findOwnRows(provider.id))
  const isSame = explained.outcome.class === outcome.class && explained.outcome.until === outcome.until
  return { outcome, row: isSame ? explained.row : null }
}

/** The cooldown after a first failure. If the first failure of a service starts none: after the second. */
function cooling(
  provider: Provider,
  outcome: Outcome,
  now: number,
): Pick<AnswerExplanation, 'subject' | 'cooldown'> {
  const member = buildMember(someAccount(provider.id), provider)
  const context = { member, model: 'model', route: 'chat/completions', strikes: 1, random: 0, now }
  const [notice] = listCooldowns(outcome, context)
  if (notice === undefined) return { subject: null, cooldown: null }
  const isOfService = notice.subject === member.subjects.provider
  const narrow = 'route' in notice ? 'endpoint' : notice.model === undefined ? 'account' : 'model'
  const subject = outcome.class === 'route-missing' ? 'endpoint' : isOfService ? 'service' : narrow
  return { subject, cooldown: { until: notice.until, guessed: notice.guessed === true } }
}

function someAccount(provider: string): Parameters<typeof buildMember>[0] {
  return {
    id: 'acc_1',
    user: 'local',
    provider,
    name: 'account',
    groups: [],
    priority: 0,
    weight: 1,
    enabled: true,
    credential: { type: 'none' },
    limits: null,
    baseUrl: null,
    quotaGroup: null,
    egressProxy: null,
    models: null,
    createdAt: '',
    updatedAt: '',
  }
}

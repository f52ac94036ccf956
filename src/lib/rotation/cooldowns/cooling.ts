import { formatTimeOrNull } from '../../base/iso-time.ts'
import type { CoolEvent, OutcomeClass } from '../../quota/log/events.ts'
import type { Outcome } from '../../provider/provider.ts'
import { isGiven } from '../mismatch.ts'
import type { Member } from '../pool/member.ts'
import type { Wanted } from '../rotation-request.ts'
import { routeKey } from '../rotation-request.ts'

export type CoolNotice = Omit<CoolEvent, 'at'>

export interface CoolingContext {
  member: Member
  /** The requested model; null: the request named none. */
  model: string | null
  /** The requested endpoint, as `routeKey` names it. */
  route: string
  /** How many failures of this kind in a row came before this one (`Strikes.before`). */
  strikes: number
  /** Its credential is refused already: the same refusal from another request does not delay the next test. */
  isRefused?: boolean
  /** In [0, 1). */
  random: number
  /** Epoch milliseconds. */
  now: number
}

/** As the `until` of an outcome: time alone does not end the cooldown. */
export const UNTIL_A_PERSON_ACTS = Infinity

const GUESSED = 'guessed, no time was given'
/** The start of the evidence when the time is a guess. */
export const GUESS_PREFIX = new RegExp(`^${GUESSED}(; )?`)

const SECOND = 1000
const MINUTE = 60 * SECOND
const EVIDENCE_LENGTH = 300

/** A refused credential is tested for the first time after this long. */
export const FIRST_TEST_MS = 15 * MINUTE

interface Rule {
  /** The request may try the next account, as long as the client has received no byte. */
  movesOn: boolean
  /** The subject that goes into cooldown; null: none. */
  cools: 'account' | 'account-or-group' | 'provider' | null
  /** `scoped`: the scope of the outcome decides. */
  of?: 'whole' | 'model' | 'route' | 'scoped'
  /** Length of the guess when the provider gave no time; grows with every strike. Null: until the user acts. */
  guess?: { firstMs: number; mostMs: number; growth?: number } | null
  /** The longest time that a provider can set. */
  capMs?: number
  /** How many failures in a row cause no cooldown. */
  patience?: number
}

const NOTHING = { cools: null } as const
/**
 * A single failed connection must not block all that share the base, least of all a pool of one. The first failure in
 * a row causes no cooldown. The next ones put this model at the provider's base into cooldown, from 1 s up to 30 s.
 */
const PROVIDER = {
  movesOn: true,
  cools: 'provider',
  of: 'model',
  guess: { firstMs: SECOND, mostMs: 30 * SECOND },
  capMs: 30 * SECOND,
  patience: 1,
} as const satisfies Rule

/** The meaning of each outcome for rotation: the only such table. */
const rules: Record<OutcomeClass, Rule> = {
  ok: { movesOn: false, ...NOTHING },
  'rate-short': {
    movesOn: true,
    cools: 'account-or-group',
    of: 'model',
    guess: { firstMs: SECOND, mostMs: MINUTE },
  },
  // A quota reported as used up may be a burst, so without a reset time the guess starts small.
  'quota-window': {
    movesOn: true,
    cools: 'account-or-group',
    of: 'scoped',
    guess: { firstMs: MINUTE, mostMs: 60 * MINUTE },
  },
  // Credit belongs to the organisation, so its end affects the whole quota group. Its keys are not tried one after
  // the other.
  'quota-hard': { movesOn: true, cools: 'account-or-group', of: 'scoped', guess: null },
  // The caller renews the token and retries once. If that fails, the outcome becomes `auth-dead`.
  'auth-refresh': { movesOn: true, ...NOTHING },
  // A service with a broken login refuses good keys, too. One attempt tests the key after 15 minutes, then hourly.
  'auth-dead': {
    movesOn: true,
    cools: 'account',
    of: 'whole',
    guess: { firstMs: FIRST_TEST_MS, mostMs: 60 * MINUTE, growth: 4 },
  },
  'model-unavailable': {
    movesOn: true,
    cools: 'account',
    of: 'model',
    guess: { firstMs: 10 * MINUTE, mostMs: 160 * MINUTE },
  },
  // The endpoint is missing, or this key may not use it. Other endpoints of the account serve as before.
  'route-missing': {
    movesOn: true,
    cools: 'account',
    of: 'route',
    guess: { firstMs: 10 * MINUTE, mostMs: 160 * MINUTE },
  },
  // Another account may have the room or the credit. A smaller request may still use this one.
  'request-declined': { movesOn: true, ...NOTHING },
  overloaded: PROVIDER,
  unreachable: PROVIDER,
  timeout: PROVIDER,
  'bad-request': { movesOn: false, ...NOTHING },
  aborted: { movesOn: false, ...NOTHING },
  lost: { movesOn: false, ...NOTHING },
}

/** Whether the request tries the next account after this outcome. If not, the answer goes to the client unchanged. */
export function movesOn(outcome: OutcomeClass): boolean {
  return rules[outcome].movesOn
}

/**
 * The subject that this outcome puts into cooldown; null: none. An outcome about the key alone spares its quota
 * group.
 */
export function coolingSubject(
  { class: kind, scope }: Pick<Outcome, 'class' | 'scope'>,
  { subjects }: Member,
): string | null {
  switch (rules[kind].cools) {
    case null:
      return null
    case 'account':
      return subjects.account
    case 'account-or-group':
      return scope === 'key' ? subjects.account : (subjects.quotaGroup ?? subjects.account)
    case 'provider':
      return subjects.provider
  }
}

/** How many failures in a row of this kind cause no cooldown. */
function patienceFor({ class: kind }: Pick<Outcome, 'class'>): number {
  const rule: Rule = rules[kind]
  return rule.patience ?? 0
}

/**
 * The cooldowns to record in the ledger after an attempt. A time that the provider did not give is marked as guessed.
 */
export function listCooldowns(outcome: Outcome, context: CoolingContext): CoolNotice[] {
  const rule = rules[outcome.class]
  const subject = coolingSubject(outcome, context.member)
  const said = (outcome.until ?? 0) > context.now ? outcome.until : null
  if (subject === null || (said === null && context.strikes < patienceFor(outcome))) return []
  if (context.isRefused === true && outcome.class === 'auth-dead' && said === null) return []
  const part = findPart(outcome, rule, context)
  // Without the name of the model, it is unknown what is unavailable.
  if (outcome.class === 'model-unavailable' && part === null) return []
  const { until, origin } = deadline(said, rule, context)
  return [
    {
      type: 'cool',
      subject,
      ...(part === null ? {} : { model: part }),
      until: formatTimeOrNull(until),
      reason: outcome.class,
      ...(origin === 'guessed' ? { guessed: true as const } : {}),
      evidence: formatEvidence(outcome, origin),
    },
  ]
}

/** Whether the cooldown of this notice keeps the member from serving the request. */
export function coolsFor({ subject, model }: CoolNotice, { subjects }: Member, wanted: Wanted): boolean {
  const isAccount = subject === subjects.account
  // A service in trouble still gets an attempt by its other accounts within the request.
  if (!isAccount && subject !== subjects.quotaGroup) return false
  if (model === undefined || model === wanted.model) return true
  // An account with several endpoints has another one.
  if (isGiven(wanted.anyOf)) return false
  return isAccount && model === routeKey(wanted)
}

/** The model or endpoint of the subject that goes into cooldown; null: the whole subject. */
function findPart({ scope }: Outcome, { of }: Rule, { model, route }: CoolingContext): string | null {
  if (of === 'route') return route
  return of === 'model' || (of === 'scoped' && scope === 'model') ? model : null
}

interface Deadline {
  until: number | null
  /** `said`: the provider's time; `cut`: its time, shortened; `guessed`: qwenctl's; `open`: until the user acts. */
  origin: 'said' | 'cut' | 'guessed' | 'open'
}

/** `said`: the time that the provider gave, if it is to come; null: none. */
function deadline(said: number | null, rule: Rule, { now, strikes, random }: CoolingContext): Deadline {
  const { guess } = rule
  if (!guess || said === UNTIL_A_PERSON_ACTS) return { until: null, origin: 'open' }
  if (said !== null) {
    const latest = now + (rule.capMs ?? Infinity)
    return said <= latest ? { until: said, origin: 'said' } : { until: latest, origin: 'cut' }
  }
  const steps = Math.max(0, strikes - (rule.patience ?? 0))
  const full = Math.min(guess.mostMs, guess.firstMs * (guess.growth ?? 2) ** steps)
  // Up to a quarter shorter, so that subjects with simultaneous cooldowns return at different times.
  return { until: now + Math.ceil(full * (1 - random / 4)), origin: 'guessed' }
}

function formatEvidence(outcome: Outcome, origin: Deadline['origin']): string {
  const message = [outcome.code, outcome.message].filter((part) => part !== null && part !== '').join(': ')
  const prefix = { said: '', cut: 'shortened', guessed: GUESSED, open: '' }[origin]
  return [prefix, message]
    .filter((part) => part !== '')
    .join('; ')
    .slice(0, EVIDENCE_LENGTH)
}

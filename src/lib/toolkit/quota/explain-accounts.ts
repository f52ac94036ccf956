import type { Account } from '../../account/account.ts'
import { formatTimeOrNull } from '../../base/iso-time.ts'
import { sumHolds } from '../../quota/in-flight.ts'
import { usable } from '../../quota/standing.ts'
import type { CapRoom } from '../../rotation/cap-room.ts'
import { findTrouble } from '../../rotation/cooldowns/account-trouble.ts'
import type { Verdict } from '../../rotation/explain.ts'
import { formatMissingProvider } from '../providers/missing-provider.ts'
import type {
  AccountQuotaView,
  ExplainDocument,
  ExplainedAccount,
  ExplainedCap,
  LimitView,
} from '../views.ts'
import type { StoreSnapshot } from './direct-quota.ts'
import { buildQuotaDocument } from './direct-quota.ts'
import { roundedUsd } from './rounded-usd.ts'

interface Findings {
  verdicts: readonly Verdict[]
  books: StoreSnapshot
  asked: ExplainDocument['asked']
  reserve: number
  caps: CapRoom | null
}

/** Joins the verdict of the pool on each account with its limits, cooldowns and caps. */
export function explainAccounts(shown: readonly Account[], findings: Findings): ExplainedAccount[] {
  const { books, verdicts } = findings
  const byId = new Map(verdicts.map((verdict) => [verdict.member.account.id, verdict]))
  const { accounts } = buildQuotaDocument(books, {}, [])
  const views = new Map(accounts.map((view) => [view.id, view]))
  return shown.map((account) =>
    explainAccount(views.get(account.id)!, byId.get(account.id) ?? null, findings),
  )
}

function explainAccount(
  view: AccountQuotaView,
  verdict: Verdict | null,
  { asked, reserve, caps, books }: Findings,
): ExplainedAccount {
  const { id, user, provider, name, label } = view
  const models = new Set(asked.steps.map(({ model }) => model))
  // Without a model, limits and cooldowns of single models exclude no account.
  const applies = (model: string | null) => model === null || models.has(model)
  const refused = explainRefusal(verdict, view)
  return {
    id,
    user,
    provider,
    name,
    label,
    verdict: refused !== null ? 'refused' : verdict?.place === 1 ? 'next' : 'eligible',
    place: verdict?.place ?? null,
    model: findOtherModel(verdict, asked),
    translated: Boolean(verdict?.way?.translatedFrom),
    halfOpen: verdict?.isHalfOpen ?? false,
    maxTokens: verdict?.mostOutput ?? null,
    reason: refused === null ? null : { code: refused.code, words: refused.words },
    returnsAt: formatTimeOrNull(refused?.availableAt ?? null),
    cap: explainCap(id, caps, books),
    limits: view.limits.map((limit) => {
      const most = usable(limit, reserve)
      const held = findHeld(limit, id, books)
      return { ...limit, usable: most, held, isUsedUp: limit.used >= most, applies: applies(limit.model) }
    }),
    cooldowns: view.cooldowns.map((cooldown) => ({ ...cooldown, applies: applies(cooldown.model) })),
  }
}

/** The amount that requests in flight may use. Limits of one model also count their requests here. */
function findHeld({ metric, model }: LimitView, account: string, { state, now }: StoreSnapshot): number {
  const inFlight = state.subjects.get(account)?.inFlight
  const held = sumHolds(inFlight, { metric, model }, now)
  return metric === 'usd' ? (roundedUsd(held) ?? 0) : Math.ceil(held)
}

/** The model if it differs from the requested one. */
function findOtherModel(verdict: Verdict | null, asked: ExplainDocument['asked']): string | null {
  const model = verdict?.way?.wanted.model ?? null
  return model === asked.model ? null : model
}

function explainCap(id: string, caps: CapRoom | null, { state }: StoreSnapshot): ExplainedCap | null {
  const concurrency = caps?.findCap(id) ?? null
  if (caps === null || concurrency === null) return null
  return { concurrency, inFlight: caps.countInFlight(id, state) }
}

function explainRefusal(
  verdict: Verdict | null,
  { provider }: AccountQuotaView,
): { code: string; words: string; availableAt: number | null } | null {
  if (verdict === null) {
    const words = formatMissingProvider(provider)
    return { code: 'unknown-provider', words, availableAt: null }
  }
  const { refusal } = verdict
  if (refusal === null) return null
  const trouble = findTrouble(verdict.member.account, refusal)
  const words = trouble === null ? refusal.words : `${trouble.words}: ${trouble.fix}`
  return { code: refusal.kind, words, availableAt: refusal.availableAt }
}

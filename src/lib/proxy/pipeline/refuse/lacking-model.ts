import { lacksWanted } from '../../../rotation/eligibility.ts'
import { mismatchKind } from '../../../rotation/mismatch.ts'
import { isGuess, weighEvidence } from '../../../rotation/models/model-evidence.ts'
import type { Member } from '../../../rotation/pool/member.ts'
import type { RotationRequest } from '../../../rotation/rotation-request.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import type { Failure } from './failure.ts'

/** Identifies the service of an account, among those of a pool. */
export function serviceKey({ account }: Member): string {
  return `${account.provider} ${account.baseUrl ?? ''}`
}

/**
 * Whether an account probably lacks a model, although nothing forbids to ask it: its list lacks the model, or nothing
 * is known of it and `lacking` has its service.
 */
export function probablyLacks(member: Member, model: string, lacking: ReadonlySet<string>): boolean {
  const evidence = weighEvidence(member, model)
  return evidence === 'unlisted' || (evidence === 'unknown' && lacking.has(serviceKey(member)))
}

/**
 * The accounts (ids) that probably lack the model of a request, if others have answered that they lack it. Empty if
 * `first` has more than a guess for it.
 */
export function findProbablyLacking(
  { pool, view }: LivePool,
  request: RotationRequest,
  { first, failures }: { first: Member; failures: readonly Failure[] },
): string[] {
  const { model, pin } = request
  if (typeof model !== 'string' || typeof pin === 'string') return []
  if (!isGuess(weighEvidence(first, model))) return []
  const said = failures.filter(({ outcome }) => outcome.class === 'model-unavailable')
  const earlier = pool.members.filter(
    (member) => lacksWanted(member, { model }, view) && mismatchKind(member, request) === null,
  )
  const lacking = new Set([...said.map(({ member }) => member), ...earlier].map(serviceKey))
  if (lacking.size === 0) return []
  return pool.members
    .filter((member) => probablyLacks(member, model, lacking))
    .map(({ account }) => account.id)
}

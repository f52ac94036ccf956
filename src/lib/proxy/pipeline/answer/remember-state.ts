import type { Member } from '../../../rotation/pool/member.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import { responseIdIn } from '../../wire/body/stored-state.ts'
import type { Outgoing } from '../plan/outgoing.ts'
import type { Route } from '../plan/routes.ts'

interface Answered {
  route: Pick<Route, 'keepsState'>
  live: Pick<LivePool, 'rememberState'>
  member: Member
  /** The stored conversation that the answer joins; null: none is named. */
  storedIn: string | null
  outgoing: Pick<Outgoing, 'plan'>
}

/**
 * Remembers the account that stores an answer, before its client can continue it. `answer`: all of the
 * answer, or its beginning.
 */
export function rememberState(
  { route, live, member, storedIn, outgoing }: Answered,
  status: number,
  answer: Buffer | undefined,
): void {
  // Translated answers are stored nowhere.
  if (!route.keepsState || outgoing.plan !== null || status >= 300 || answer === undefined) return
  const id = responseIdIn(answer)
  if (id !== null) live.rememberState(id, member)
  if (storedIn !== null) live.rememberState(storedIn, member)
}

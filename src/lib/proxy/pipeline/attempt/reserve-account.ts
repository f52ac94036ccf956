import type { QwenctlError } from '../../../base/errors.ts'
import type { ReservationRequest, ReservationListener, Reservation } from '../../../quota/ledger.ts'
import type { SubjectState } from '../../../quota/log/state.ts'
import type { CapRoom } from '../../../rotation/cap-room.ts'
import { CAPS_SUBJECT } from '../../../rotation/caps.ts'
import type { KnownKey } from '../../pool/authenticate.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import type { Assignment } from './assignment.ts'

const oneTooMany = { outcome: 'unreachable', refunded: true, note: 'over a cap' } as const

/**
 * Reserves one request on the account, and notifies the listener. Returns false, without notifying, if the
 * account is full.
 */
export function reserveAccount(
  live: LivePool,
  assignment: Assignment,
  key: KnownKey | null,
  listener: ReservationListener,
): boolean {
  const { ledger, view } = live
  const { caps } = view
  const wanted = reservationRequest(live, assignment, key)
  if (caps === null) return ledger.tryReserve(wanted, listener)
  reserveWithinCaps(caps, live, wanted).then(
    (reservation) => listener.onReserved(reservation),
    (error: QwenctlError) => listener.onFailed(error),
  )
  return true
}

/** Builds the ledger's subjects: the account without its headroom, and the key. */
function reservationRequest(
  { pool, view }: LivePool,
  { step, member, use }: Assignment,
  key: KnownKey | null,
): ReservationRequest {
  const { keep = 0 } = view
  const asked = step.wanted
  const wanted: ReservationRequest = { account: member.account.id }
  if (use !== null) wanted.hold = use.hold
  const { model } = asked
  if (typeof model === 'string' && hasModelLimits(view.state.subjects.get(member.account.id)))
    wanted.model = model
  if (key !== null && key.also !== null) wanted.also = key.also
  if (keep > 0) wanted.keep = keep
  const probe = pool.listProbes(member, asked, view)
  if (probe !== null) wanted.probe = probe
  return wanted
}

function hasModelLimits(account: SubjectState | undefined): boolean {
  return account !== undefined && account.modelLimits.length > 0
}

async function reserveWithinCaps(
  caps: CapRoom,
  { ledger, view }: LivePool,
  wanted: ReservationRequest,
): Promise<Reservation | null> {
  const { account } = wanted
  if (!caps.hasRoom(account, ledger.state, view.now)) return null // taken since the account was chosen
  if (caps.hasRate) wanted.also = [...(wanted.also ?? []), CAPS_SUBJECT]
  caps.begin(account)
  try {
    const reservation = await ledger.reserve(wanted)
    if (reservation === null || !caps.isOver(reservation, ledger.state)) return reservation
    ledger.settle(reservation, oneTooMany)
    return null
  } finally {
    caps.end(account)
  }
}

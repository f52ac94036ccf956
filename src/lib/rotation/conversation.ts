import type { Placements } from '../account/placements.ts'
import type { Session } from './rotation-request.ts'

/** Tells a conversation from others: by the client's name for it, or by its opening. */
export interface ConversationHint {
  session: Session | null
  /** The client names the conversation itself; otherwise the name is a hash of its opening. */
  isNamed: boolean
  /** The model has already answered in it. */
  isContinued: boolean
}

/** The place of one turn of a conversation, as the pool receives it. */
export interface Placement {
  /** The accounts that serve it first, in order of preference; null: there are none. */
  homes: readonly string[] | null
  /** Set for a later turn with an unknown home: every process derives the same account from it. */
  session: Session | null
  /** The key under which its account is stored; null: nothing is stored. */
  conversation: Session | null
  /** The home cannot serve it now. */
  isAway: boolean
}

export const nowhere: Placement = { homes: null, session: null, conversation: null, isAway: false }

/**
 * Places one turn of a conversation. The strategy places a first turn, and the account that answers becomes the home.
 * Later turns go home. While the home is unavailable, the strategy chooses a refuge, which is stored separately. The
 * conversation stays there and returns home afterwards. `isOut` returns null for an account that no longer exists.
 */
export function placeConversation(
  { session, isNamed, isContinued }: ConversationHint,
  known: Placements,
  isOut: (account: string) => boolean | null,
): Placement {
  if (session === null) return nowhere
  // The same question sent twice starts two conversations: an opening alone identifies neither.
  const isFirst = !isNamed && !isContinued
  const home = isFirst ? null : known.find(session)
  const isAway = home === null ? null : isOut(home)
  if (home === null || isAway === null) {
    return { homes: null, session: isContinued ? session : null, conversation: session, isAway: false }
  }
  const refuge = isAway ? known.find(formatRefuge(session)) : null
  return { homes: refuge === null ? [home] : [home, refuge], session: null, conversation: session, isAway }
}

/** Stores the account that answered. `attempts`: how many accounts the request tried, including the last one. */
export function rememberPlacement(
  { homes, conversation, isAway }: Placement,
  known: Placements,
  answered: { account: string; attempts: number; now: number },
): void {
  const { account, attempts, now } = answered
  if (conversation === null || homes?.[0] === account) return
  // A home that failed a moment ago is unavailable.
  const isRefuge = homes !== null && (isAway || attempts > 1)
  known.put(isRefuge ? formatRefuge(conversation) : conversation, account, now)
}

function formatRefuge(session: Session): string {
  return `refuge of ${session}`
}

/** The key that stores which account holds a response or conversation, by its id. */
export function stateKey(id: string): string {
  return `state ${id}`
}

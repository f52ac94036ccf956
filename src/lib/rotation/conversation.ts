import type { Placements } from '../account/placements.ts'
import type { Session } from './rotation-request.ts'

/** What tells a conversation from others, as the client names it or its opening does. */
export interface ConversationHint {
  session: Session | null
  /** The client names the conversation itself; otherwise the name is a hash of its opening. */
  isNamed: boolean
  /** The model has answered in it before. */
  isContinued: boolean
}

/** Where one turn of a conversation goes, as the pool is asked for it. */
export interface Placement {
  /** The accounts that serve it first, the one wanted most first; null: there are none. */
  homes: readonly string[] | null
  /** Of a later turn whose home is unknown: every process derives the same account from it. */
  session: Session | null
  /** Under which its account is remembered; null: nothing is. */
  conversation: Session | null
  /** Its home cannot serve it now. */
  isAway: boolean
}

export const nowhere: Placement = { homes: null, session: null, conversation: null, isAway: false }

/**
 * Places one turn of a conversation. The strategy places a first turn, and the account that answers becomes the home.
 * Later turns go home. While the home is out, the strategy chooses a refuge, which is remembered apart: the conversation
 * stays there and comes home afterwards. `isOut` answers null for an account that exists no longer.
 */
export function placeConversation(
  { session, isNamed, isContinued }: ConversationHint,
  known: Placements,
  isOut: (account: string) => boolean | null,
): Placement {
  if (session === null) return nowhere
  // The same question asked twice makes two conversations: an opening alone names neither.
  const isFirst = !isNamed && !isContinued
  const home = isFirst ? null : known.find(session)
  const isAway = home === null ? null : isOut(home)
  if (home === null || isAway === null) {
    return { homes: null, session: isContinued ? session : null, conversation: session, isAway: false }
  }
  const refuge = isAway ? known.find(refugeOf(session)) : null
  return { homes: refuge === null ? [home] : [home, refuge], session: null, conversation: session, isAway }
}

/** Remembers the account that answered. `attempts`: how many accounts were asked, the last one included. */
export function rememberPlacement(
  { homes, conversation, isAway }: Placement,
  known: Placements,
  answered: { account: string; attempts: number; now: number },
): void {
  const { account, attempts, now } = answered
  if (conversation === null || homes?.[0] === account) return
  // A home that failed a moment ago is a home that is out.
  const isRefuge = homes !== null && (isAway || attempts > 1)
  known.put(isRefuge ? refugeOf(conversation) : conversation, account, now)
}

function refugeOf(session: Session): string {
  return `refuge of ${session}`
}

/** Under which the account is remembered that holds a stored response or conversation, by its id. */
export function stateKey(id: string): string {
  return `state ${id}`
}

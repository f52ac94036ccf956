const KEY = 'qwenctl.session'

export interface KeptSession {
  token: string
  expiresAt: string | null
}

/** The session of this tab, if there is one that has not ended. */
export function keptSession(now: number): KeptSession | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as KeptSession | null
    if (kept === null || typeof kept.token !== 'string') return null
    const isOver = kept.expiresAt !== null && Date.parse(kept.expiresAt) <= now
    return isOver ? null : kept
  } catch {
    return null
  }
}

export function keepSession(session: KeptSession): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session))
  } catch {
    // Without storage one signs in again after a reload.
  }
}

export function forgetSession(): void {
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // There was none.
  }
}

/**
 * The ticket that `qwenctl proxy open` put into the address. It is removed at once, so that it is not seen or
 * shared.
 */
export function takeTicket(): string | null {
  const ticket = /^#ticket=(.+)$/.exec(location.hash)?.[1] ?? null
  if (ticket !== null) history.replaceState(null, '', `${location.pathname}${location.search}#/`)
  return ticket
}

import type { AccountQuotaView } from '../../toolkit/views.ts'
import { accountName } from '../account-name.ts'
import type { Tone } from '../line.ts'
import type { Destructive, ScreenState } from '../state/screen-state.ts'
import { settleSelection } from '../state/selection.ts'
import { turn } from '../turn.ts'
import type { Turn } from '../turn.ts'
import { withWish } from './ask-keys.ts'

/** The action of a letter on an account; null: the letter has none. */
export function onAccountKey(state: ScreenState, account: AccountQuotaView, letter: string): Turn | null {
  const { id, enabled, cooldowns } = account
  const name = accountName(account)
  switch (letter) {
    case 'e':
      return enabled
        ? withMessage(state, `${name} is enabled already`)
        : withWish(state, { kind: 'enable', id, name })
    case 'd':
      return enabled ? asking(state, 'disable', account) : withMessage(state, `${name} is disabled already`)
    case 'r':
      return asking(state, 'reset', account)
    case 'c':
      return cooldowns.length === 0
        ? withMessage(state, `${name} has no cooldown`)
        : withWish(state, { kind: 'clear', id, name })
    case 'v':
      return withWish(state, { kind: 'verify', id, name })
    case 'p':
      return pinning(state, id, name)
    default:
      return null
  }
}

function asking(state: ScreenState, what: Destructive, account: AccountQuotaView): Turn {
  const { mode } = state
  const over = mode.kind === 'ask' ? mode.over : mode
  const asked = { kind: 'ask' as const, what, id: account.id, name: accountName(account), over }
  return turn({ ...state, message: null, mode: asked })
}

/** Affects only this screen: the strategy selects the serving account. */
function pinning(state: ScreenState, id: string, name: string): Turn {
  const isPinned = state.pinned.includes(id)
  const pinned = isPinned ? state.pinned.filter((other) => other !== id) : [...state.pinned, id]
  const text = isPinned ? `${name} is back in its place` : `${name} stays on top of this list`
  return withMessage(settleSelection({ ...state, pinned }), text)
}

export function withMessage(state: ScreenState, text: string, tone: Tone = 'quiet'): Turn {
  return turn({ ...state, message: { tone, text, hint: null, at: state.now } })
}

import { isQwenctlError, readMessage } from '../../base/errors.ts'
import type { Toolkit, Verification } from '../../toolkit/toolkit.ts'
import type { Tone } from '../line.ts'
import { formatBusy } from './screen-event.ts'
import type { AccountWish, ScreenEvent } from './screen-event.ts'

interface Said {
  tone: Tone
  text: string
  hint: string | null
}

/** Performs an action on an account and reports the result; never throws. */
export async function perform(
  wish: AccountWish,
  toolkit: Toolkit,
  clock: () => number,
): Promise<ScreenEvent> {
  const said = await carriedOut(wish, toolkit).catch(describeFault)
  return { type: 'told', ...said, ends: formatBusy(wish), now: clock() }
}

async function carriedOut({ kind, id, name }: AccountWish, toolkit: Toolkit): Promise<Said> {
  switch (kind) {
    case 'enable':
      await toolkit.accounts.setEnabled(id, true)
      return done(`${name} is enabled`)
    case 'disable':
      await toolkit.accounts.setEnabled(id, false)
      return done(`${name} is disabled`)
    case 'reset':
      await toolkit.quotas.reset([id])
      return done(`the counters of ${name} are at zero`)
    case 'clear':
      return cleared(name, (await toolkit.quotas.endCooldowns([id])).accounts[0]?.cooldowns.length ?? 0)
    case 'verify':
      return verified(name, await toolkit.accounts.verify(id))
  }
}

/** A cooldown of the provider's whole base URL affects other accounts too. */
function cleared(name: string, left: number): Said {
  if (left === 0) return done(`the cooldowns of ${name} have ended`)
  return {
    tone: 'warn',
    text: `the cooldowns of ${name} have ended, but its provider is in cooldown`,
    hint: null,
  }
}

function verified(name: string, { result, message, latencyMs }: Verification): Said {
  const took = latencyMs === null ? '' : ` (${Math.round(latencyMs)} ms)`
  switch (result) {
    case 'accepted':
      return done(`the provider accepts the credential of ${name}${took}`)
    case 'refused':
      return { tone: 'bad', text: `the provider refuses the credential of ${name}: ${message}`, hint: null }
    case 'unreachable':
      return { tone: 'warn', text: `the provider of ${name} could not be reached: ${message}`, hint: null }
    case 'unchecked':
      return { tone: 'quiet', text: `the credential of ${name} was not checked: ${message}`, hint: null }
  }
}

function done(text: string): Said {
  return { tone: 'good', text, hint: null }
}

export function describeFault(error: unknown): Said {
  return { tone: 'bad', text: readMessage(error), hint: isQwenctlError(error) ? error.hint : null }
}

import { defineProvider } from '../define-provider.ts'
import { familyOf } from '../model-families.ts'
import type { OutcomeRow } from '../outcome-table.ts'

/** https://docs.fireworks.ai/serverless/rate-limits. Limits adapt to use, and no answer says when they let go. */
export const fireworksOutcomes: readonly OutcomeRow[] = [
  // Reported by users for suspended accounts, not documented.
  { status: 412, class: 'quota-hard' },
]

/** Models are written `accounts/fireworks/models/NAME`. */
function serves(model: string): boolean | null {
  if (model.startsWith('accounts/')) return true
  return familyOf(model) === null ? null : false
}

export const fireworks = defineProvider({
  id: 'fireworks',
  label: 'Fireworks AI',
  keysUrl: 'https://app.fireworks.ai/settings/users/api-keys',
  keyVariables: ['FIREWORKS_API_KEY'],
  keyPattern: /^fw_\w{8,}$/,
  endpoints: [{ id: 'global', label: 'Fireworks AI', openai: 'https://api.fireworks.ai/inference/v1' }],
  outcomes: fireworksOutcomes,
  serves,
})

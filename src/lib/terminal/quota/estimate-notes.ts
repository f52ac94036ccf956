import type { QuotaDocument } from '../../toolkit/views.ts'
import { shownReference } from '../accounts/account-names.ts'
import { shortNumber } from '../format/short-number.ts'

const MOST_NAMES = 3

/** A line for the tokens of today that qwenctl estimated, with the accounts; empty: the services named all. */
export function estimateNotes({ accounts }: QuotaDocument): string[] {
  const estimated = accounts.filter(({ today }) => today.estimatedTokens > 0)
  if (estimated.length === 0) return []
  const tokens = estimated.reduce((sum, { today }) => sum + today.estimatedTokens, 0)
  const names = estimated.slice(0, MOST_NAMES).map((account) => shownReference(account))
  const others = estimated.length - names.length
  const places = `${names.join(', ')}${others > 0 ? ` and ${others} more` : ''}`
  return [
    `${shortNumber(tokens)} of today's tokens are estimated, because the service named none or the answer was cut: ${places}`,
  ]
}

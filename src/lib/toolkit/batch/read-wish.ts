import { QwenctlError } from '../../base/errors.ts'
import { durationMs } from '../../quota/amounts.ts'

/** Dollars of `5usd`, `$5` or `5`. Throws `invalid_value`. */
export function readUsd(text: string): number {
  const amount = /^\$?(\d+(?:\.\d+)?) ?(?:usd)?$/i.exec(text.trim())?.[1]
  if (amount !== undefined) return Number(amount)
  throw new QwenctlError('invalid_value', `--max-cost is "${text.slice(0, 40)}", which is no sum`, {
    hint: 'write it as 5usd',
  })
}

/** `08:00` on this machine's clock, the next time it is; `2h` from now; or RFC 3339. Throws `invalid_value`. */
export function readUntil(text: string, now: Date): Date {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim())
  if (clock !== null) {
    const at = new Date(now)
    at.setHours(Number(clock[1]), Number(clock[2]), 0, 0)
    if (at <= now) at.setDate(at.getDate() + 1)
    return at
  }
  const span = durationMs(text)
  if (span !== null && span > 0) return new Date(now.getTime() + span)
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (!Number.isNaN(at.getTime())) return at
  throw new QwenctlError('invalid_value', `--until is "${text.slice(0, 40)}", which is no time`, {
    hint: 'write it as 08:00, 2h or 2026-12-01T08:00:00Z',
  })
}

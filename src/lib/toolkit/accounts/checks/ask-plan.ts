import type { Account } from '../../../account/account.ts'
import { redact } from '../../../account/mask.ts'
import { isQwenctlError, readMessage, QwenctlError } from '../../../base/errors.ts'
import { findBases } from '../../../provider/endpoints.ts'
import type { PlanReader, PlanWindow } from '../../../provider/plans/plan-reader.ts'
import type { Provider } from '../../../provider/provider.ts'
import type { CheckRequest } from './credential-check.ts'
import { get } from './credential-check.ts'

export interface PlanQuestion {
  provider: Provider
  account: Account
  secret: string
  request: Omit<CheckRequest, 'provider' | 'baseUrl' | 'secret'>
  allowsUnofficial: boolean
}

/** A key without the right to ask is tried again after a day: a person can grant the right. */
const REFUSED_HOLDS_MS = 86_400_000
const refusals: ReadonlySet<number> = new Set([401, 403, 404])

/**
 * Asks the provider for its counts of an account, one GET for each reader. Null: no reader has an address. Throws
 * `upstream_unavailable`, also for an answer that cannot be read. `refused`: when an address refused a key, in epoch
 * milliseconds by account and address; the caller keeps it.
 */
export async function askPlan(
  reader: PlanReader,
  question: PlanQuestion,
  refused: Map<string, number>,
): Promise<PlanWindow[] | null> {
  const windows = await askReader(reader, question, refused)
  if (reader.also === undefined) return windows
  const more = await askPlan(reader.also, question, refused)
  return windows === null && more === null ? null : [...(windows ?? []), ...(more ?? [])]
}

async function askReader(
  reader: PlanReader,
  { provider, account, secret, request, allowsUnofficial }: PlanQuestion,
  refused: Map<string, number>,
): Promise<PlanWindow[] | null> {
  const now = request.clock()
  const bases = findBases(account, provider)
  const url = reader.url(bases, now)
  if (url === null || (!allowsUnofficial && !reader.isOfficial(bases))) return null
  if (reader.keyPattern?.test(secret) === false) return null
  const place = `${account.id} ${url.split('?', 1)[0]}`
  if (now - (refused.get(place) ?? -Infinity) < REFUSED_HOLDS_MS) return null
  const failure = (words: string) =>
    new QwenctlError(
      'upstream_unavailable',
      `${account.provider}/${account.name}: ${redact(words, [secret])}`,
    )
  try {
    const reply = await get(url, provider.authHeaders(secret, reader.dialect ?? 'openai'), request)
    if (reader.isPrivileged === true && refusals.has(reply.status)) {
      refused.set(place, now)
      return null
    }
    if (reply.status !== 200) throw failure(`the request for the plan's limits got HTTP ${reply.status}`)
    const windows = reader.read(JSON.parse(reply.text), now, url)
    if (windows === null) throw failure("the answer to the request for the plan's limits has no known window")
    return reader.isOfficial(bases) ? windows : windows.map((window) => ({ ...window, unofficial: true }))
  } catch (error) {
    if (isQwenctlError(error)) throw error
    throw failure(`the request for the plan's limits failed: ${readMessage(error)}`)
  }
}

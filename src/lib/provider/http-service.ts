import { classify } from './failures/outcome-table.ts'
import { markOwn } from './plugins/own-functions.ts'
import type { Answer, Outcome, Provider, Usage } from './provider.ts'

/** Statuses that are about the account or the service, whatever the API is (RFC 9110, section 15; RFC 6585). */
const ABOUT_ACCOUNT: ReadonlySet<number> = new Set([401, 402, 429])

/** Whether an answer with this status says that the service did not act on the request. */
export function isRefusal(status: number): boolean {
  return ABOUT_ACCOUNT.has(status)
}

/** Classifies the answer of any HTTP API. All statuses but the few with a single meaning are about the request. */
function classifyServiceAnswer(answer: Answer): Outcome {
  const found = classify(answer, [])
  if (ABOUT_ACCOUNT.has(answer.status) || answer.status >= 500) return { ...found, scope: 'account' }
  return { ...found, class: 'bad-request', scope: 'account', until: null }
}

const noUsage = (): Usage => ({ inputTokens: null, outputTokens: null, costUsd: null })

/** The defaults of a provider of kind `http`: no dialect, no models, no usage. */
export const httpDefaults = {
  bases: markOwn(() => ({ openai: null, anthropic: null })),
  outcome: markOwn(classifyServiceAnswer),
  usage: noUsage,
  check: null,
} satisfies Partial<Provider>

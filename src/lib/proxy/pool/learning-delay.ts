/** Up to this many accounts, the pool selects by an answer at once. */
const MOST_LEARNING_AT_ONCE = 64
const THOUSAND = 1000
const FOR_A_THOUSAND_MS = 1000

/**
 * How long the selection of a pool may be behind what answers proved, in milliseconds. Clients choose the names of
 * models. The pool is then built again, and requests wait for that. A build takes longer with more accounts, so the
 * delay grows with them. Ten thousand accounts would otherwise stop the proxy each second, until all have answered.
 */
export function findLearningDelay(accounts: number): number {
  return accounts <= MOST_LEARNING_AT_ONCE ? 0 : Math.ceil(accounts / THOUSAND) * FOR_A_THOUSAND_MS
}

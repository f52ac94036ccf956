import type { Strategy } from './strategy.ts'

/**
 * Of two chosen at random the one that answered faster lately. Two are enough to keep away from the slow ones, and
 * keep everybody from running to the single fastest.
 */
export const fastest: Strategy = ({ latencies }) => ({
  kind: 'sampled',
  readsLatencies: true,
  score: ({ account }, { view }) => latencies.of(account.id, view.now),
})

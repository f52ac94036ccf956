import type { Strategy } from './strategy.ts'

/**
 * Chooses the faster of two random accounts, by recent answers. Two are enough to avoid the slow accounts, and keep
 * requests from all going to the single fastest one.
 */
export const fastest: Strategy = ({ latencies }) => ({
  kind: 'sampled',
  readsLatencies: true,
  score: ({ account }, { view }) => latencies.of(account.id, view.now),
})

import { hashText, mix } from '../base/text/hash-text.ts'

/**
 * The fixed delay of an account within the span of a job, in milliseconds: 0 up to, not including, `spreadMs`. It
 * depends on the job and the account alone, so every process computes the same one.
 */
export function computeSpread(job: string, account: string, spreadMs: number): number {
  if (spreadMs <= 0) return 0
  // Mixed, so that ids with a common beginning are spread evenly.
  return Math.floor((mix(hashText(`${job}\n${account}`)) / 2 ** 32) * spreadMs)
}

/**
 * The fixed delay of an account within the span of a job, in milliseconds: 0 up to, not including, `spreadMs`. It
 * depends on the job and the account alone, so every process computes the same one.
 */
export function computeSpread(job: string, account: string, spreadMs: number): number {
  if (spreadMs <= 0) return 0
  return Math.floor((hash(`${job}\n${account}`) / 2 ** 32) * spreadMs)
}

/** FNV-1a with a final mix, so that ids with a common beginning are spread evenly. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

const PREFIX = /^[A-Za-z]{2,5}[-_]/
const PLAIN_TAIL = /^[A-Za-z0-9_-]{4}$/

/** `sk-…f3a9`: enough to tell two keys apart; a short or unusual secret shows only `…`. */
export function maskSecret(secret: string): string {
  const tail = secret.slice(-4)
  if (secret.length < 16 || !PLAIN_TAIL.test(tail)) return '…'
  return `${PREFIX.exec(secret)?.[0] ?? ''}…${tail}`
}

import type { HeldAnswer } from './held-answer.ts'

/** A shorter secret may be an ordinary word of the answer. */
const SHORTEST_SECRET = 8

/**
 * Replaces the credential of the account in an upstream's error by as many asterisks: some gateways quote the request,
 * and a client may use an account without knowing its key. Everything else stays as it is, the length too.
 */
export function hideSecret(held: HeldAnswer, secret: string): HeldAnswer {
  if (secret.length < SHORTEST_SECRET) return held
  const asterisks = '*'.repeat(Buffer.byteLength(secret))
  const { status, rawHeaders, body } = held
  const isQuoted = rawHeaders.some((text) => text.includes(secret))
  return {
    status,
    rawHeaders: isQuoted ? rawHeaders.map((text) => text.replaceAll(secret, asterisks)) : rawHeaders,
    body: hideInBody(body, { secret, asterisks }),
  }
}

function hideInBody(body: Buffer, { secret, asterisks }: { secret: string; asterisks: string }): Buffer {
  let at = body.indexOf(secret)
  if (at < 0) return body
  const hidden = Buffer.from(body)
  for (; at >= 0; at = hidden.indexOf(secret, at)) hidden.write(asterisks, at)
  return hidden
}

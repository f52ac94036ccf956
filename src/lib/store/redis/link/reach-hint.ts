/**
 * The next step for a reason that the Redis client, Node or the server gives. Words of `@redis/client` 6.3.1, Node 24
 * and Redis 7.0.15, tried 2026-11-30.
 */
const STEPS: readonly (readonly [RegExp, string])[] = [
  [/certificate required/i, 'turn off tls-auth-clients: qwenctl shows no certificate of its own'],
  [/certificate|altnames/i, 'NODE_EXTRA_CA_CERTS=FILE adds the authority that signed its certificate'],
  [/^(NOAUTH|WRONGPASS)\b/, 'put the right USER:PASSWORD@ into the URL of the store'],
  [/^NOPERM\b/, 'give the user its rights: the guide "several machines" has the ACL line'],
  [
    /^(DENIED|ERR max number of clients)/,
    'let this machine connect: see bind, protected-mode and maxclients of Redis',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'correct the host name in the URL of the store'],
  [/root nodes are unavailable/i, 'name running nodes of a cluster, or write redis:// for a single server'],
  [/none of the sentinels/i, 'name running sentinels and the primary that they watch'],
  [/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/, 'start Redis, or correct the address in the URL of the store'],
]

/** A server that speaks TLS ends a plain connection, and a plain one never answers a TLS greeting. */
const CUT = /ECONNRESET|socket closed/i
const SILENT = /timeout|no connection within|wrong version number/i

/** The next step after `reason`; null: nothing is known beyond the error's own hint. */
export function reachHint(reason: string, hasTls: boolean): string | null {
  const step = STEPS.find(([words]) => words.test(reason))
  if (step !== undefined) return step[1]
  if (!hasTls && CUT.test(reason)) return 'write rediss:// if this server expects TLS'
  if (hasTls && SILENT.test(reason)) return 'write redis:// if this server speaks no TLS'
  return null
}

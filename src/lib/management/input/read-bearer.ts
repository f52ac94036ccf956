import type { IncomingMessage } from 'node:http'

/** The token of `Authorization: Bearer`; null: none. */
export function readBearer({ headers: { authorization } }: IncomingMessage): string | null {
  const [, token] = /^bearer\s+(\S+)\s*$/i.exec(authorization ?? '') ?? []
  return token ?? null
}

import type { LogLine, RequestView } from '../api/types.ts'

/** A finished request of the log, as the line that its event had. */
export function buildPastLine(request: RequestView): LogLine {
  const { id, endedAt, account, attempts, key, isEstimated, ...same } = request
  return {
    ...same,
    time: endedAt,
    kind: 'request',
    requestId: id,
    clientKey: key,
    user: account?.user ?? null,
    provider: account?.provider ?? null,
    account: account?.name ?? null,
    attempts: attempts.length,
    tried: attempts.map(({ account: { user, provider, name }, outcome }) => {
      return `${user === null || user === 'local' ? '' : `${user}:`}${provider}/${name} ${outcome}`
    }),
    estimated: isEstimated,
  }
}

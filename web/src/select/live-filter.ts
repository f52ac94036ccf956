import type { LogLine } from '../api/types.ts'
import type { LiveEntry } from '../state/state.ts'

export type LiveKind = '' | 'request' | 'failed' | 'rotation' | 'cooldown' | 'trouble'

export interface LiveFilter {
  search: string
  kind: LiveKind
}

export type LineTone = 'good' | 'warn' | 'bad' | 'calm'

export function liveFiltered(entries: LiveEntry[], { search, kind }: LiveFilter): LiveEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0 && kind === '') return entries
  return entries.filter(
    ({ line }) => isKind(line, kind) && words.every((word) => joinText(line).includes(word)),
  )
}

function isKind(line: LogLine, kind: LiveKind): boolean {
  if (kind === '') return true
  return kind === 'failed' ? line.kind === 'request' && isFailed(line) : line.kind === kind
}

export function isFailed({ status }: LogLine): boolean {
  return typeof status === 'number' && status >= 400
}

function joinText(line: LogLine): string {
  const { requestId, user, provider, account, model, clientKey, outcome, message, next, code, reason } = line
  return [
    requestId,
    user,
    `${provider ?? ''}/${account ?? ''}`,
    model,
    clientKey,
    outcome,
    message,
    next,
    code,
    reason,
  ]
    .filter((word) => typeof word === 'string')
    .join(' ')
    .toLowerCase()
}

export function chooseTone(line: LogLine): LineTone {
  switch (line.kind) {
    case 'request':
      if (!isFailed(line)) return line.clientGone === true || line.outcome === 'lost' ? 'warn' : 'good'
      return (line.status ?? 0) === 429 ? 'warn' : 'bad'
    case 'trouble':
      return 'bad'
    default:
      return 'warn'
  }
}

/** `qwen/work`; null if no account was tried. */
export function formatAccount({ provider, account }: LogLine): string | null {
  return provider == null || account == null ? null : `${provider}/${account}`
}

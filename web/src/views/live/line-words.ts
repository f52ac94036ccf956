import type { LogLine } from '../../api/types.ts'
import { outcome } from '../../format/words.ts'
import { clock } from '../../format/times.ts'

/** The short text of a line: the status of a request, else its kind. */
export function kindLabel({ kind, status }: LogLine): string {
  switch (kind) {
    case 'request':
      return String(status ?? 'request')
    case 'rotation':
      return 'rotated'
    case 'cooldown':
      return 'cooldown'
    default:
      return kind
  }
}

/** Details of a line. */
export function formatDetail(line: LogLine): string {
  switch (line.kind) {
    case 'request':
      return requestDetail(line)
    case 'rotation':
      return [outcome(line.outcome ?? ''), line.next == null ? '' : `→ ${line.next}`, line.message ?? '']
        .filter(Boolean)
        .join(' · ')
    case 'cooldown':
      return [
        outcome(line.reason ?? ''),
        line.until == null ? 'until you act' : `until ${clock(line.until, Date.now())}`,
        line.rests === 'account' || line.rests == null ? '' : `rests ${line.rests}`,
        line.evidence ?? '',
      ]
        .filter(Boolean)
        .join(' · ')
    default:
      return line.message ?? ''
  }
}

function requestDetail(line: LogLine): string {
  const { outcome: class_, message, tried = [], clientGone, stream, model, method, route } = line
  const earlier = tried.slice(0, -1)
  return [
    // A list of models, for example: nothing else in the line says what was requested.
    model == null && route != null ? `${method ?? ''} ${route}`.trim() : '',
    class_ == null || class_ === 'ok' ? '' : outcome(class_),
    clientGone === true ? 'client left' : '',
    earlier.length === 0 ? '' : `after ${earlier.map(formatTried).join(', ')}`,
    message ?? '',
    stream === true ? 'streamed' : '',
  ]
    .filter(Boolean)
    .join(' · ')
}

/** `sandbox/spare rate-short`, as in the log, becomes `sandbox/spare (rate limited)`. */
function formatTried(text: string): string {
  const [, account, class_] = /^(.*) (\S+)$/.exec(text) ?? []
  return account === undefined || class_ === undefined ? text : `${account} (${outcome(class_)})`
}

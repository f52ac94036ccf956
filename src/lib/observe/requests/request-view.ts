import type { AttemptView, RequestView } from '../../contract/requests.ts'
import { formatTime } from '../../base/iso-time.ts'
import type { LogEntry } from '../logs/log-filter.ts'

/** A request, from its log line and the lines of its attempts in order. Older lines may lack fields: they are null. */
export function viewRequest(entry: LogEntry, attemptLines: readonly LogEntry[] = []): RequestView {
  const account = readAccount(entry)
  const latencyMs = readNumber(entry['latencyMs']) ?? 0
  return {
    id: readText(entry['requestId']) ?? '',
    at: formatTime(Date.parse(entry.time) - Math.floor(latencyMs)),
    endedAt: entry.time,
    key: readText(entry['clientKey']),
    keyId: readText(entry['clientKeyId']),
    user: account?.user ?? null,
    account,
    method: readText(entry['method']) ?? '',
    route: readText(entry['route']) ?? '',
    dialect: readText(entry['dialect']) ?? '',
    model: readText(entry['model']),
    stream: entry['stream'] === true,
    status: readNumber(entry['status']),
    outcome: readText(entry['outcome']) ?? '',
    message: readText(entry['message']),
    attempts: attemptLines.length > 0 ? attemptLines.map(viewAttempt) : readTried(entry),
    latencyMs,
    firstByteMs: readNumber(entry['firstByteMs']),
    inputTokens: readNumber(entry['inputTokens']),
    outputTokens: readNumber(entry['outputTokens']),
    isEstimated: entry['estimated'] === true,
    costUsd: readNumber(entry['costUsd']),
    bytesIn: readNumber(entry['bytesIn']),
    bytesOut: readNumber(entry['bytesOut']),
    clientGone: entry['clientGone'] === true,
  }
}

function viewAttempt(entry: LogEntry): AttemptView {
  return {
    account: readAccount(entry) ?? { user: null, provider: '', name: '' },
    outcome: readText(entry['outcome']) ?? '',
    model: readText(entry['model']),
    status: readNumber(entry['status']),
    message: readText(entry['message']),
    endedAt: entry.time,
    latencyMs: readNumber(entry['latencyMs']),
    firstByteMs: readNumber(entry['firstByteMs']),
  }
}

/** The line of a request has `provider/name outcome` of each attempt. */
function readTried(entry: LogEntry): AttemptView[] {
  const tried = Array.isArray(entry['tried']) ? entry['tried'].map(String) : []
  const isOnly = tried.length === 1
  return tried.map((text, index) => {
    const [, provider = '', name = '', outcome = ''] = /^([^/]*)\/(.*) (\S+)$/.exec(text) ?? []
    const user = index === tried.length - 1 ? readText(entry['user']) : null
    return {
      account: { user, provider, name },
      outcome,
      model: null,
      // The only attempt decided the answer.
      status: isOnly && outcome === entry['outcome'] ? readNumber(entry['status']) : null,
      message: isOnly && outcome === entry['outcome'] ? readText(entry['message']) : null,
      endedAt: null,
      latencyMs: null,
      firstByteMs: null,
    }
  })
}

function readAccount(entry: LogEntry): RequestView['account'] {
  const [provider, name] = [readText(entry['provider']), readText(entry['account'])]
  return provider === null || name === null ? null : { user: readText(entry['user']), provider, name }
}

function readText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function readNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

// Rates that refill, and short blocks of an account that goes too fast, in the words of any service.
import type { FailedAnswer } from '../outcome-row.ts'
import { resetInFields } from '../../limits/reset-fields.ts'
import { retryAfter } from '../../limits/reset-time.ts'
import { resetInText } from '../../limits/reset-words.ts'

/** Words for a rate under any status. */
export const RATE = new RegExp(
  [
    String.raw`\brate[- _]?limit|\btoo many (?:requests|tokens|concurrent|connections|calls|api calls)|\b(?:requests?|tokens?|queries|calls|images?) (?:per|\/|a) ?(?:second|minute|min|hour|s|m|h)\b|\b(?:RPM|TPM|QPS|RPS|TPS|QPM|ITPM|OTPM|IPM)\b|\bconcurren(?:cy|t)\b[^.]{0,40}\b(?:limit|requests?|exceed|high|too|reach|quota|threshold)|\bthrottl|\bslow down\b|\brequest (?:rate|frequency)\b|\bhigh[- ]frequency\b[^.]{0,20}\brequests\b|\bexcessive concurrency\b|\bburst\b|\bin[- ]flight\b|\bquota exceeded\b|\bexceeded (?:your|the) (?:current )?quota\b|\bresource (?:has been )?exhausted\b|\bmax(?:imum)? (?:parallel|organization concurrency)|\breached (?:the |your )?(?:max|maximum) (?:number of )?(?:requests|concurr)`,
    '限流|限速|限频|频率(?:过高|超限|过快|限制)|速率限制|并发(?:数)?(?:过高|超限|超过|过多|限制|上限)|流量受限|请求(?:过于频繁|过多|太频繁|过快|次数过多)|流量限制|访问频率|调用频率',
  ].join('|'),
  'i',
)

/** Words that also name a limit of the request: they need the status of a rate. */
export const RATE_OR_SIZE = /超过限额|每(?:分钟|秒).{0,6}(?:限制|上限|限额)/

/** The statuses of a rate. Inside a stream the status is 200. */
export const refusesRate = (status: number): boolean =>
  status === 429 || status === 403 || status === 503 || status < 300

const PASSING = /频繁|过快|暂时|临时|\btoo (?:fast|frequent\w*|often)\b|\btemporar|\bwait\b/i
/** A block without an end: a gateway adds `retry-after` to any 429. */
const LASTING = /\bpermanent|\bterminated\b|\bdeactivated\b|\bviolat|永久|违规/i
/** A rate refills within minutes. */
const LONGEST_BLOCK_MS = 10 * 60_000

/** The end that the body states, in a field or in words; null: none. */
function endInBody({ error, body, message, now }: FailedAnswer): number | null {
  return resetInFields([error, body], now) ?? resetInText(message, now)
}

/**
 * True when a refused key, account or address is a rate: it has words for a rate, or a 429 that ends. Under 403 a
 * stated end within ten minutes counts too.
 */
export function isRate(answer: FailedAnswer): boolean {
  const { status, words, header, now } = answer
  if (status === 401 || status === 402 || status === 404) return false
  if (RATE.test(words)) return true
  if (status === 403) return isNear(endInBody(answer), now)
  if (status !== 429) return false
  if (endInBody(answer) !== null) return true
  return (PASSING.test(words) || retryAfter(header, now) !== null) && !LASTING.test(words)
}

function isNear(end: number | null, now: number): boolean {
  return end !== null && end - now <= LONGEST_BLOCK_MS
}

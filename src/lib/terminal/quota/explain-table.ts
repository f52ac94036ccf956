import type { Column } from '../format/table.ts'
import { cutToWidth, printable, textWidth } from '../format/text-width.ts'
import { formatDuration } from '../../base/durations.ts'
import { comingTime } from '../format/format-time.ts'
import type { ExplainDocument, ExplainedAccount, ExplainedLimit } from '../../toolkit/views.ts'
import { shownName } from '../accounts/account-names.ts'
import { limitName, shortNumber } from './quota-table.ts'
import type { Look } from './quota-table.ts'

export const explainColumns: Column[] = [
  { header: 'PLACE', align: 'right' },
  { header: 'ACCOUNT' },
  { header: 'VERDICT' },
  { header: 'BACK IN' },
  { header: 'WHY' },
]

/** The accounts that a request would try, in order; then the others, the first to return on top. */
export function explainRows(document: ExplainDocument, look: Look): string[][] {
  const rows = [...document.accounts]
    .sort(compareAccounts)
    .map((account) => [
      account.place === null ? '' : String(account.place),
      shownName(account),
      chooseTone(account, look)(account.verdict),
      account.returnsAt === null
        ? ''
        : formatDuration(Date.parse(account.returnsAt) - Date.parse(document.now)),
      printable(formatReason(account)),
    ])
  return look.columns === null ? rows : withReasonsCut(rows, look.columns)
}

function compareAccounts(a: ExplainedAccount, b: ExplainedAccount): number {
  const findOrder = ({ place, returnsAt }: ExplainedAccount) =>
    place ?? (returnsAt === null ? Infinity : Date.parse(returnsAt))
  const [orderA, orderB] = [findOrder(a), findOrder(b)]
  return orderA === orderB ? 0 : orderA < orderB ? -1 : 1
}

function chooseTone({ verdict, returnsAt }: ExplainedAccount, { palette }: Look): (text: string) => string {
  if (verdict === 'next') return palette.good
  if (verdict === 'eligible') return (text) => text
  return returnsAt === null ? palette.bad : palette.warn
}

/** The headroom of an eligible account, or the reason why an account is out. */
function formatReason(account: ExplainedAccount): string {
  const { reason, limits, model, translated, halfOpen, maxTokens } = account
  if (reason !== null) return reason.words
  const tightest = limits.filter(({ applies }) => applies).sort((a, b) => shareLeft(a) - shareLeft(b))[0]
  const words = [
    tightest === undefined ? 'no limit' : formatLeft(tightest),
    model === null ? '' : `as ${model}`,
    translated ? 'translated' : '',
    maxTokens === null ? '' : `answer bounded to ${maxTokens} tokens`,
    halfOpen ? 'one request at a time tests it' : '',
  ]
  return words.filter((part) => part !== '').join(', ')
}

function shareLeft({ used, usable, max }: ExplainedLimit): number {
  return max > 0 ? (usable - used) / max : 0
}

function formatLeft(limit: ExplainedLimit): string {
  const left = Math.max(0, limit.usable - limit.used)
  const held = limit.held > 0 ? `, ${shortNumber(limit.held)} held by requests in flight` : ''
  return `${shortNumber(left)} of ${shortNumber(limit.max)} left${held} (${limitName(limit)})`
}

const LEAST_REASON = 24

function withReasonsCut(rows: string[][], columns: number): string[][] {
  const others = explainColumns
    .slice(0, -1)
    .map(({ header }, index) =>
      rows.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? '')), header.length),
    )
  const room = Math.max(LEAST_REASON, columns - others.reduce((sum, width) => sum + width + 2, 0))
  return rows.map((row) =>
    row.map((cell, index) => (index === others.length ? cutToWidth(cell, room) : cell)),
  )
}

/** Notes that the table leaves out; for stderr. */
export function explainNotes(document: ExplainDocument): string[] {
  const { accounts, asked, next, returnsAt, now, strategy } = document
  const notes: string[] = []
  if (asked.steps.length > 1) {
    const steps = asked.steps.map(({ provider, model }) => [provider, model].filter(Boolean).join('/'))
    notes.push(`${asked.model ?? ''} is an alias: ${steps.join(', then ')}.`)
  }
  if (document.unknownModel !== null) {
    const { model, near } = document.unknownModel
    const names = near.length === 0 ? '' : ` Did you mean ${near.join(', ')}?`
    const tried = next === null ? '' : ' A request for it goes to an account that may have it.'
    notes.push(printable(`No account is known to have the model ${model}.${names}${tried}`))
  }
  if (next === null) {
    const back = returnsAt === null ? '' : ` The first returns at ${comingTime(returnsAt, now)}.`
    notes.push(`No account would be asked now.${back}`)
  } else if (accounts.length > 1) {
    const isLikely =
      document.places === 'presumed'
        ? ', which does not fix its order in advance: places are likely ones'
        : ''
    notes.push(`Strategy ${strategy}${isLikely}.`)
  }
  if (document.reserve > 0) notes.push(`${document.reserve}% of every limit stays free for other uses.`)
  return notes
}

import type { Layout } from '../layout.ts'
import type { Line } from '../line.ts'
import { cutLine, span } from '../line.ts'
import { linesBehind } from '../state/request-log.ts'
import type { RequestLine } from '../request-line.ts'
import type { ScreenState } from '../state/screen-state.ts'
import { lineIndex, shownLines } from '../state/selection.ts'
import { fillPane } from './accounts-view.ts'
import { clockTime } from './words/clock-time.ts'
import type { FittedColumn } from './fit-columns.ts'
import { fitColumns, headLine, rowLine } from './fit-columns.ts'
import { EDGE, GUTTER } from './look.ts'
import type { DrawnRequest } from './request-columns.ts'
import { requestColumns } from './request-columns.ts'
import { ruleLine } from './rule-view.ts'

/** The requests pane: the newest at the bottom, as they end. */
export function requestsPane(state: ScreenState, layout: Layout): Line[] {
  const { log, pane, size } = state
  const lines = shownLines(state)
  const at = lineIndex(lines, log.selected)
  const from = Math.max(0, Math.min(at, lines.length - layout.requests))
  const visible = lines.slice(from, from + layout.requests)
  const columns = fitColumns(
    requestColumns(lines.filter((line) => line.kind === 'request')),
    size.columns - EDGE - GUTTER,
  )
  const selected = pane === 'requests' ? lines[at]?.seq : undefined
  const drawn = visible.map((line) => drawnLine(line, columns, { selected, width: size.columns - EDGE }))
  if (drawn.length === 0)
    drawn.push(cutLine([span(`   ${formatEmpty(state)}`, 'quiet')], size.columns - EDGE))
  return [
    ruleLine('requests', formatLogState(state), { columns: size.columns, isStrong: pane === 'requests' }),
    ...(layout.hasRequestHead ? [[span(' '.repeat(GUTTER)), ...headLine(columns)]] : []),
    ...fillPane(drawn, layout.requests),
  ]
}

function formatLogState({ log }: ScreenState): string {
  if (log.heldAt === null) return ''
  const behind = linesBehind(log)
  return behind === 0 ? 'held, space continues' : `held, ${behind} new, space continues`
}

function formatEmpty({ log, filter, proxies }: ScreenState): string {
  if (!log.isLogged) return 'requests are not logged; to log them: qwenctl config set logs.level info'
  if (filter !== '' && log.lines.length > 0) return 'no request matches'
  return proxies.length === 0
    ? 'no requests yet; start the endpoint for programs: qwenctl proxy start'
    : 'no requests yet'
}

function drawnLine(
  line: RequestLine,
  columns: FittedColumn<DrawnRequest>[],
  { selected, width }: { selected: number | undefined; width: number },
): Line {
  const isSelected = line.seq === selected
  const gutter = isSelected ? span(' ▸ ', 'strong') : span('   ')
  if (line.kind === 'note') {
    return cutLine([gutter, span(clockTime(line.at), 'quiet'), span('  '), span(line.text, line.tone)], width)
  }
  return [gutter, ...rowLine(columns, { line, isSelected })]
}

import { shortNumber } from '../../../terminal/format/short-number.ts'
import type { Line } from '../../line.ts'
import { span } from '../../line.ts'
import type { RequestDone } from '../../request-line.ts'
import { clockTime } from '../words/clock-time.ts'
import { fieldLine } from './field-line.ts'
import { formatCost } from '../header-view.ts'
import { formatTook } from '../request-columns.ts'

function formatTokens({ inputTokens, outputTokens, isEstimated }: RequestDone): string {
  const count = (tokens: number | null) => (tokens === null ? '?' : shortNumber(tokens))
  return `${count(inputTokens)} in, ${count(outputTokens)} out${isEstimated ? ' (estimated)' : ''}`
}

/** The page about one request, with everything that the log has. */
export function requestPage(line: RequestDone): Line[] {
  const { account, user, status, message, clientKey, before } = line
  const unknown: Line = [span('not known', 'quiet')]
  const isCounted = line.inputTokens !== null || line.outputTokens !== null
  const fields: [string, string | Line][] = [
    ['ended', clockTime(line.at)],
    ['outcome', [span(line.outcome, line.tone), span(status === null ? '' : ` ${status}`)]],
    ['account', account === null ? [span('no account was tried', 'quiet')] : account],
    ['user', user ?? unknown],
    ['model', line.model ?? unknown],
    ['route', line.route],
    ['took', `${formatTook(line.latencyMs)}, first byte after ${formatTook(line.firstByteMs)}`],
    ['tokens', isCounted ? formatTokens(line) : unknown],
    ['cost', line.costUsd === null ? unknown : formatCost(line.costUsd)],
    ['client key', clientKey === '' ? [span('none', 'quiet')] : clientKey],
    ['request id', line.requestId],
    ['message', message === '' ? [span('none', 'quiet')] : message],
  ]
  return [
    ...fields.map(([label, value]) => fieldLine(label, value)),
    ...before.map((text, index) => fieldLine(index === 0 ? 'asked before' : '', [span(text, 'warn')])),
    [],
    [span(`every attempt: qwenctl proxy logs --request ${line.requestId}`, 'quiet')],
  ]
}

import type { AttemptReport } from '../../lib/proxy/live-pool.ts'
import type { Palette } from '../../lib/terminal/color.ts'
import type { ProxyView } from '../../lib/toolkit/proxies.ts'

/** What to do with a proxy that has begun to listen. */
export function listeningWords({ url, accounts, strategy }: ProxyView, palette: Palette): string {
  const of = accounts === 1 ? '1 account' : `${accounts} accounts`
  return [
    `${palette.good('●')} ${palette.strong(url)} answers for ${of}, strategy ${strategy}.`,
    '',
    `  OpenAI clients      export OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=any`,
    `  Anthropic clients   export ANTHROPIC_BASE_URL=${url} ANTHROPIC_API_KEY=any`,
    ...(accounts === 0 ? ['', '  No account yet: qwenctl auth add. It serves within a second.'] : []),
  ].join('\n')
}

interface LineOptions {
  /** Also the tries that went well. */
  isVerbose: boolean
  palette: Palette
  at: Date
}

/** One try as a line; null: not worth one. Never a word of the conversation. */
export function attemptLine(report: AttemptReport, { isVerbose, palette, at }: LineOptions): string | null {
  const { member, outcome, status, model, latencyMs, message } = report
  if (outcome === 'ok' && !isVerbose) return null
  const paint = outcome === 'ok' ? palette.good : outcome === 'aborted' ? palette.quiet : palette.warn
  const words = [
    palette.quiet(at.toISOString().slice(11, 19)),
    `${member.account.provider}/${member.account.name}`,
    paint(
      outcome === 'ok'
        ? String(status)
        : status === null || status < 400
          ? outcome
          : `${outcome} (${status})`,
    ),
    model ?? '',
    `${latencyMs} ms`,
    message === null ? '' : palette.quiet(message.slice(0, 120)),
  ]
  return words.filter((word) => word !== '').join('  ')
}

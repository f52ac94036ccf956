import type { AttemptReport } from '../proxy/pool/reports.ts'
import type { Palette } from '../terminal/format/color.ts'
import { formatAttempt } from '../terminal/proxy/proxy-messages.ts'

interface ServeFacts {
  url: string
  home: string
  /** The command line that calls qwenctl here. */
  command: string
}

/** Suggestions for a demo that keeps running. */
export function formatServe({ url, home, command }: ServeFacts, palette: Palette): string {
  const body = '{"model":"sandbox-small","messages":[{"role":"user","content":"hi"}]}'
  return [
    '',
    `  ${palette.strong(url)} keeps serving, with reset counters, until Ctrl-C.`,
    '  Its replies are simulated, and its home is removed when it ends.',
    '',
    palette.quiet('  Send a request:'),
    `    curl ${url}/v1/chat/completions \\`,
    `      -H 'content-type: application/json' \\`,
    `      -d '${body}'`,
    palette.quiet('  Let a program with an OpenAI or Anthropic SDK use it:'),
    `    export OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=any`,
    `    export ANTHROPIC_BASE_URL=${url} ANTHROPIC_API_KEY=any`,
    palette.quiet('  See what is left:'),
    `    QWENCTL_HOME=${home} ${command} quota show`,
    '',
  ].join('\n')
}

/** The line of an attempt, also of a successful one. */
export function serveLine(report: AttemptReport, palette: Palette, at: Date): string | null {
  return formatAttempt(report, { isVerbose: true, palette, at })
}

import type { AttemptReport } from '../proxy/pool/live-pool.ts'
import type { Palette } from '../terminal/format/color.ts'
import { attemptLine } from '../terminal/proxy/proxy-messages.ts'

interface ServeFacts {
  url: string
  home: string
  /** How qwenctl is called here. */
  command: string
}

/** What to try on a demo that keeps running. */
export function formatServe({ url, home, command }: ServeFacts, palette: Palette): string {
  const body = '{"model":"sandbox-small","messages":[{"role":"user","content":"hi"}]}'
  return [
    '',
    `  ${palette.strong(url)} keeps answering, from counters at zero, until Ctrl-C.`,
    '  Its replies are simulated, and its home goes when it ends.',
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

/** One line for every try, the successful ones too. */
export function serveLine(report: AttemptReport, palette: Palette, at: Date): string | null {
  return attemptLine(report, { isVerbose: true, palette, at })
}

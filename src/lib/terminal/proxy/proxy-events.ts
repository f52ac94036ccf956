import type { AttemptReport } from '../../proxy/pool/reports.ts'
import type { ProxyEvents } from '../../proxy/start-proxy.ts'
import { printableColours } from '../format/text-width.ts'
import type { Palette } from '../format/color.ts'
import { findStanding } from '../../toolkit/accounts/account-status.ts'
import type { Toolkit } from '../../toolkit/toolkit.ts'
import { formatAttempt, formatMoment } from './proxy-messages.ts'
import { Turnover } from './rotation-messages.ts'

/** How a proxy speaks to people. */
export interface ProxyVoice {
  palette: Palette
  isVerbose: boolean
  /** A change of the serving account; begins with its time. */
  news: (line: string) => void
  /** A line for an attempt. */
  line: (line: string) => void
  trouble: (message: string) => void
}

/** Prints the events of a running proxy: problems, changes of the serving account, and every request if wanted. */
export async function proxyEvents(toolkit: Toolkit, voice: ProxyVoice): Promise<ProxyEvents> {
  const { palette, isVerbose } = voice
  const ledger = await toolkit.ledger()
  const turnover = new Turnover((account: AttemptReport['member']['account']) =>
    findStanding(account, ledger.state, ledger.now()),
  )
  const { isTTY: isTerminal, columns } = process.stderr
  const note = (words: string) =>
    voice.news(`${palette.quiet(formatMoment(new Date(), !isTerminal))}  ${words}`)
  return {
    onAttempt: (report) => {
      const { member, outcome } = report
      turnover.note({ account: member.account, outcome }, ledger.now()).forEach(note)
      if (outcome === 'ok' && !isVerbose) return
      const look = {
        palette,
        at: new Date(),
        hasDate: !isTerminal,
        columns: isTerminal ? columns : undefined,
      }
      const line = formatAttempt(report, { isVerbose, ...look })
      if (line !== null) voice.line(line)
    },
    onRefusal: (report) => {
      const words = turnover.refused(report, ledger.now())
      if (words !== null) note(words)
    },
    onTrouble: voice.trouble,
  }
}

/** For stderr, with `--json` too: a log of what happens is wanted from any proxy. */
export function sayBeside(text: string): void {
  // The terminal has put a ^C where the line begins.
  process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${printableColours(text)}\n`)
}

/** In a log, with its time. */
export function sayNow(text: string): void {
  sayBeside(process.stderr.isTTY ? text : `${formatMoment(new Date(), true)}  ${text}`)
}

import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import type { LogEntry, LogFilter } from '../../lib/observe/logs/log-filter.ts'
import type { LogLine, LogReader } from '../../lib/observe/logs/log-reader.ts'
import { untilAskedToEnd, untilReaderLeft } from '../../lib/terminal/proxy/end-signals.ts'
import { formatLog } from '../../lib/terminal/proxy/proxy-log-messages.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

const LINES = 50
const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

export default class ProxyLogs extends ToolkitCommand {
  static override summary = 'show what the proxies over these accounts did'
  static override description =
    'Shows every request with its account, model, outcome, time and tokens, and rotations, cooldowns and problems. Conversations are never logged. --json prints one document; --json with --follow prints the lines of the file, one document each.'
  static override examples = [
    '<%= config.bin %> proxy logs',
    '<%= config.bin %> proxy logs --follow --level warn',
    '<%= config.bin %> proxy logs --account qwen/work --since 10m',
    '<%= config.bin %> proxy logs --follow --json | jq .latencyMs',
  ]
  static override flags = {
    follow: Flags.boolean({
      char: 'f',
      description: 'keep printing new lines until Ctrl-C',
      default: false,
    }),
    lines: Flags.integer({
      char: 'n',
      description: `print the last N lines (default: ${LINES}; all, with --since or --request)`,
      min: 0,
      helpValue: 'N',
    }),
    level: Flags.string({
      description: 'this level or worse',
      options: ['error', 'warn', 'info', 'debug'],
    }),
    account: Flags.string({
      char: 'a',
      description: 'only this account: name, provider/name or user:provider/name',
      helpValue: 'ACCOUNT',
    }),
    model: Flags.string({ char: 'm', description: 'only this model', helpValue: 'MODEL' }),
    since: Flags.string({
      description: 'not older than: 90s, 10m, 2h, 1d, or a time such as 2026-11-22T09:00:00Z',
      helpValue: 'TIME',
    }),
    request: Flags.string({
      description: 'only the request with this x-request-id',
      helpValue: 'ID',
    }),
  }

  async run(): Promise<{ entries: LogEntry[] } | undefined> {
    const { flags } = await this.parse(ProxyLogs)
    const filter: LogFilter = {
      ...(flags.level === undefined ? {} : { level: flags.level as LogEntry['level'] }),
      ...(flags.account === undefined ? {} : { account: flags.account }),
      ...(flags.model === undefined ? {} : { model: flags.model }),
      ...(flags.request === undefined ? {} : { requestId: flags.request }),
      ...(flags.since === undefined ? {} : { since: parseTime(flags.since, Date.now()) }),
    }
    const isNarrow = flags.since !== undefined || flags.request !== undefined
    const most = flags.lines ?? (isNarrow ? null : LINES)
    const { LogReader: Reader, followLog } = await import('../../lib/observe/logs/log-reader.ts')
    const folder = this.toolkit.home.logsFolder
    const reader = new Reader(folder, filter)
    if (!flags.follow) return this.showOnce(reader, most, folder)
    // Listens before the first line is printed, since the reader may stop the command at any time.
    const end = Promise.race([untilAskedToEnd(), untilReaderLeft()])
    if (most === null) reader.each((line) => this.show([line]))
    else this.show(reader.last(most))
    const stop = followLog(reader, folder, (news) => this.show(news))
    const signal = await end
    stop()
    process.exitCode = signal === null ? 0 : 130
    return undefined
  }

  private showOnce(reader: LogReader, most: number | null, folder: string): { entries: LogEntry[] } {
    if (!this.jsonEnabled()) {
      if (!this.showAll(reader, most)) this.tell(`No matching line is in the logs of ${folder}.`)
      return { entries: [] }
    }
    const lines = reader.last(most)
    if (reader.isCut)
      this.caution(`older lines are left out of the document; --follow --json prints every line`)
    return { entries: lines.map(({ entry }) => entry) }
  }

  /** Returns whether any line matched. Lines are printed while they are read, since logs may hold gigabytes. */
  private showAll(reader: LogReader, most: number | null): boolean {
    if (most !== null) {
      const lines = reader.last(most)
      this.show(lines)
      return lines.length > 0
    }
    let isAny = false
    reader.each((line) => {
      isAny = true
      this.show([line])
    })
    return isAny
  }

  private show(lines: LogLine[]): void {
    if (lines.length === 0) return
    const { palette } = this
    const columns = process.stdout.isTTY ? process.stdout.columns : undefined
    const now = new Date().toISOString()
    const shown = this.jsonEnabled()
      ? lines.map(({ text }) => text)
      : lines.map(({ entry }) => formatLog(entry, { palette, columns, now }))
    process.stdout.write(`${shown.join('\n')}\n`)
  }
}

/** Epoch milliseconds of `10m` or a time. Throws `invalid_value`. */
function parseTime(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,9})(s|m|h|d)$/.exec(text.trim()) ?? []
  if (count !== undefined) return now - Number(count) * unitMs[unit as keyof typeof unitMs]
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  if (Number.isFinite(at)) return at
  throw new QwenctlError('invalid_value', `--since "${text}" is not a time`, {
    hint: 'write 90s, 10m, 2h, 1d, or a time such as 2026-11-22T09:00:00Z',
  })
}

import type { LiveStream } from '../live-view.ts'
import { LiveView } from '../live-view.ts'
import type { QuotaDocument } from '../../toolkit/views.ts'

export interface WatchOptions {
  read: () => Promise<QuotaDocument>
  /** The document in lines, as wide as the terminal is now. */
  formatLines: (document: QuotaDocument) => string[]
  /** A terminal that can be redrawn in place; null: none, so every change is written once. */
  terminal: (LiveStream & Pick<NodeJS.WriteStream, 'on' | 'off'>) | null
  /** A change, without a terminal. */
  write: (document: QuotaDocument) => void
  /** Resolves when the watch should end. */
  end: Promise<unknown>
}

const EVERY_MS = 1000

/** Shows the quotas as they change, until `end` resolves. An error restores the terminal, and is thrown. */
export async function watchQuota({ read, formatLines, terminal, write, end }: WatchOptions): Promise<void> {
  const view = terminal === null ? null : new LiveView(terminal)
  let last: QuotaDocument | null = null
  const draw = () => {
    if (view === null || terminal === null || last === null) return
    view.draw(fitLines(formatLines(last), terminal.rows - 1))
  }
  terminal?.on('resize', draw)
  try {
    for (;;) {
      const document = await read()
      const isNews = last === null || fingerprint(document) !== fingerprint(last)
      last = document
      if (view !== null) draw()
      else if (isNews) write(document)
      if (await endsWithin(end, EVERY_MS)) return
    }
  } finally {
    terminal?.off('resize', draw)
    view?.end()
  }
}

/** The fields that count as a change: passing time does not. */
function fingerprint({ accounts, totals }: QuotaDocument): string {
  const still = accounts.map(({ limits, ...account }) => ({
    ...account,
    limits: limits.map(({ forecast: _forecast, ...limit }) => limit),
  }))
  return JSON.stringify([still, totals])
}

/** Keeps the head and the last line, and counts the lines between them that do not fit. */
function fitLines(lines: string[], rows: number): string[] {
  if (lines.length <= rows || rows < 4) return lines
  const left = lines.length - rows + 1
  return [...lines.slice(0, rows - 2), `... and ${left} more lines`, ...lines.slice(-1)]
}

async function endsWithin(end: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const isOver = await Promise.race([end.then(() => true), late])
  clearTimeout(timer)
  return isOver
}

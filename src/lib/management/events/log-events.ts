import { showLineTo } from '../../observe/logs/lines-of-user.ts'
import type { TailNews } from '../../observe/logs/log-tail.ts'
import type { EventStream } from './event-stream.ts'

/** Lines of these kinds are sent. A text within a line cannot match, since its quotes are escaped. */
const KIND = /"kind":"(request|rotation|cooldown|trouble)"/
/** The most request lines per batch, since more cannot be read. Other kinds are always sent. */
const MOST_REQUESTS = 100

/**
 * Sends new log lines to a reader. `user`: only lines about that user's accounts, and nothing about others, since all
 * proxies of a home share the log; null: all, unchanged.
 */
export function tellNews(stream: EventStream, { lines, skipped }: TailNews, user: string | null): void {
  const told = lines.flatMap(({ text, position }) => {
    const kind = KIND.exec(text)?.[1]
    const shown = kind === undefined || user === null ? text : showLineTo(user, text)
    return kind === undefined || shown === null ? [] : [{ kind, text: shown, position }]
  })
  const requests = told.filter(({ kind }) => kind === 'request')
  const tooMany = new Set(requests.slice(0, -MOST_REQUESTS))
  const left = skipped + tooMany.size
  if (left > 0) stream.send('skipped', JSON.stringify({ count: left }))
  for (const line of told) if (!tooMany.has(line)) stream.send(line.kind, line.text, line.position)
}

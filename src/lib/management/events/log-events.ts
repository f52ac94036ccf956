import type { TailLine, TailNews } from '../../observe/logs/log-tail.ts'
import type { EventStream } from './event-stream.ts'

/** Lines of these kinds are sent. A text within a line cannot match, since its quotes are escaped. */
const KIND = /"kind":"(request|rotation|cooldown|trouble)"/
/** The most request lines per batch, since more cannot be read. Other kinds are always sent. */
const MOST_REQUESTS = 100

/**
 * Sends new log lines to a reader, unchanged. `user`: only lines about that user's accounts, since all proxies of a
 * home share the log; null: all.
 */
export function tellNews(stream: EventStream, { lines, skipped }: TailNews, user: string | null): void {
  const told = lines.flatMap((line) => {
    const kind = KIND.exec(line.text)?.[1]
    return kind === undefined || (user !== null && !belongsTo(user, line)) ? [] : [{ kind, line }]
  })
  const requests = told.filter(({ kind }) => kind === 'request')
  const tooMany = new Set<TailLine>(requests.slice(0, -MOST_REQUESTS).map(({ line }) => line))
  const left = skipped + tooMany.size
  if (left > 0) stream.send('skipped', JSON.stringify({ count: left }))
  for (const { kind, line } of told) if (!tooMany.has(line)) stream.send(kind, line.text, line.position)
}

/** Like `KIND`: a text within a line cannot match a field. */
function belongsTo(user: string, { text }: TailLine): boolean {
  return text.includes(`"user":${JSON.stringify(user)},`)
}

import type { Exactness } from './exactness.ts'
import type { Gate } from './report.ts'
import type { Row } from './row.ts'
import { show } from './statistics.ts'

/** Below this share of its core, something else held a subject back, and a ratio to it would flatter us. */
export const BUSY = 0.85

/** How much of one core the proxy used; null for the direct way. */
export function busyOf(row: Row): number | null {
  return row.cpuUs === null ? null : (row.cpuUs * row.perSecond) / 1e6
}

/** What qwenctl promises of its proxy: 1.3 KB requests and 1.6 KB replies at 32 connections, one core. */
export function proxyGates(rows: Row[], exactness: Exactness | null): Gate[] {
  const at = (subject: string) =>
    rows.find((row) => row.scenario === 'chat' && row.connections === 32 && row.subject === subject)
  const ours = at('qwenctl')
  const ahead = (name: string, other: string, factor: number): Gate => {
    const theirs = at(other)
    const ratio = ours && theirs ? ours.perSecond / theirs.perSecond : null
    const isValid = ours?.errors === 0 && theirs?.errors === 0
    const isHeldBack = theirs !== undefined && (busyOf(theirs) ?? 1) < BUSY
    return {
      name,
      wanted: `≥ ${factor}`,
      measured:
        ratio === null ? null : `${show(ratio)}${isHeldBack ? ` (machine too busy to load ${other})` : ''}`,
      isMet: ratio === null || isHeldBack ? null : isValid && ratio >= factor,
    }
  }
  return [
    ahead('share of nginx', 'nginx', 0.25),
    ahead('against http-proxy-3', 'http-proxy-3', 1),
    ahead('against @fastify/http-proxy', 'fastify', 1),
    ahead('against @portkey-ai/gateway', 'portkey', 20),
    {
      name: 'every request counted once',
      wanted: 'exactly',
      measured: exactness && `${exactness.counted} of ${exactness.seen}`,
      isMet: exactness && exactness.sent === exactness.seen && exactness.seen === exactness.counted,
    },
  ]
}

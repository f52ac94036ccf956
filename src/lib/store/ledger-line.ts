import type { LedgerEvent, SettleEvent } from '../quota/events.ts'

/**
 * An event as its line in the ledger, without the line end: JSON that `parseEvent` reads back as the same event. What every
 * request writes is put together by hand, in a third of the time that `JSON.stringify` takes.
 */
export function lineOf(event: LedgerEvent): string {
  if (event.type === 'reserve' && event.also === undefined) {
    return `{"type":"reserve","id":"${event.id}","account":"${event.account}","at":"${event.at}"}`
  }
  return event.type === 'settle' ? settleLine(event) : JSON.stringify(event)
}

const amounts = ['status', 'inputTokens', 'outputTokens', 'costUsd', 'latencyMs', 'firstByteMs'] as const

function settleLine(event: SettleEvent): string {
  let line = `{"type":"settle","id":"${event.id}","at":"${event.at}","outcome":"${event.outcome}"`
  for (const name of amounts) {
    const amount = event[name]
    if (amount !== undefined) line += `,"${name}":${amount}`
  }
  // Models and notes are other people's words: they may hold anything.
  if (event.model !== undefined) line += `,"model":${JSON.stringify(event.model)}`
  if (event.note !== undefined) line += `,"note":${JSON.stringify(event.note)}`
  return `${line}${event.refunded === true ? ',"refunded":true}' : '}'}`
}

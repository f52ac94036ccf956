import type { LedgerEvent, SettleEvent } from '../quota/events.ts'

/**
 * An event as its line in the ledger, without the line end: JSON that `parseEvent` reads back as the same event. What every
 * request writes is put together by hand, in a third of the time that `JSON.stringify` takes.
 */
export function lineOf(event: LedgerEvent): string {
  if (event.type === 'reserve' && event.also === undefined && event.probe === undefined) {
    const keep = event.keep === undefined ? '' : `,"keep":${event.keep}`
    return `{"type":"reserve","id":"${event.id}","account":"${event.account}"${keep},"at":"${event.at}"}`
  }
  return event.type === 'settle' ? settleLine(event) : JSON.stringify(event)
}

function settleLine(event: SettleEvent): string {
  let line = `{"type":"settle","id":"${event.id}","at":"${event.at}","outcome":"${event.outcome}"`
  if (event.status !== undefined) line += `,"status":${event.status}`
  if (event.inputTokens !== undefined) line += `,"inputTokens":${event.inputTokens}`
  if (event.outputTokens !== undefined) line += `,"outputTokens":${event.outputTokens}`
  if (event.costUsd !== undefined) line += `,"costUsd":${event.costUsd}`
  if (event.estimated === true) line += ',"estimated":true'
  if (event.latencyMs !== undefined) line += `,"latencyMs":${event.latencyMs}`
  if (event.firstByteMs !== undefined) line += `,"firstByteMs":${event.firstByteMs}`
  // Models and notes are other people's words: they may hold anything.
  if (event.model !== undefined) line += `,"model":${quoted(event.model)}`
  if (event.note !== undefined) line += `,"note":${JSON.stringify(event.note)}`
  return `${line}${event.refunded === true ? ',"refunded":true}' : '}'}`
}

let last = { text: '', json: '""' }

/** Most requests in a row are for one model. */
function quoted(text: string): string {
  if (text !== last.text) last = { text, json: JSON.stringify(text) }
  return last.json
}

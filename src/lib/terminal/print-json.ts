// The terminal room: how commands speak to people and programs (tables, prompts, errors, completion). It knows oclif,
// and nothing of accounts or quotas beyond the shapes it is handed; rules live in the rooms below.

import { escapeInJson } from '../base/text/printable.ts'

/** The one way a JSON document reaches stdout, so that every path to a command prints the same bytes. */
export function jsonDocument(value: unknown): string {
  return `${escapeInJson(JSON.stringify(value, null, 2))}\n`
}

/** A document of a stream of documents: one line. */
export function jsonLine(value: unknown): string {
  return `${escapeInJson(JSON.stringify(value))}\n`
}

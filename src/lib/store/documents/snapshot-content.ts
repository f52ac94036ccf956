/**
 * The content of a home besides `accounts.json`, by names that are the same in every home:
 * `ledger/2026-11-22.ndjson`.
 */
export type Snapshot = Map<string, Buffer>

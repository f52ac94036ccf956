// Turns history into documents. Pure: buckets, accounts, keys and the time are arguments.

import type { Account } from '../../account/account.ts'
import { shortReference } from '../../account/account.ts'
import type { ClientKey } from '../../account/client-key.ts'
import { findJobOfKey } from '../../account/client-key.ts'
import { formatTime } from '../../base/iso-time.ts'
import { readPercentiles } from '../../quota/history/histogram.ts'
import type { History, HistoryBucket, Tally } from '../../quota/history/history.ts'
import { HOUR_MS, addTally, emptyTally, isNothing } from '../../quota/history/history.ts'
import type { Job } from '../../schedule/job.ts'
import { roundedUsd } from '../quota/rounded-usd.ts'
import type { HistoryDocument, HistoryKey, HistoryRow } from './history-views.ts'

const DAY_MS = 24 * HOUR_MS

export interface HistoryScene {
  history: History
  /** Active and archived accounts, by id. */
  accounts: ReadonlyMap<string, Account>
  keys: readonly Pick<ClientKey, 'id' | 'name'>[]
  jobs: readonly Pick<Job, 'id' | 'name'>[]
  /** Keys and jobs besides those above belong to others, and share a row. */
  hidesOthers: boolean
  /** By key: each key of a job has a row of its own. */
  splitsJobs: boolean
  /** Only these accounts; null: all, deleted ones included. */
  only: ReadonlySet<string> | null
  /** Epoch milliseconds. */
  from: number
  /** Exclusive. */
  to: number
  now: number
  per: 'hour' | 'day'
  by: HistoryKey
}

interface Label {
  key: string
  label: string
}

const ALL: Label = { key: 'all', label: 'all' }
const NONE: Label = { key: 'none', label: 'none' }
const UNKNOWN: Label = { key: 'unknown', label: 'unknown' }
const OTHER: Label = { key: 'other', label: 'other' }

export function historyDocument(scene: HistoryScene): HistoryDocument {
  const { from, to, now, per, by } = scene
  const width = per === 'hour' ? HOUR_MS : DAY_MS
  const rows = new Map<string, { at: number; label: Label; tally: Tally }>()
  const totals = emptyTally()
  for (const bucket of findBuckets(scene)) {
    const at = Math.floor(bucket.at / width) * width
    addTally(totals, bucket)
    for (const label of listLabels(bucket, scene)) {
      const name = `${at}\n${label.key}`
      const row = rows.get(name) ?? { at, label, tally: emptyTally() }
      addTally(row.tally, bucket)
      rows.set(name, row)
    }
  }
  const sorted = [...rows.values()]
    .filter(({ tally }) => !isNothing(tally))
    .sort((one, other) => one.at - other.at || (one.label.key < other.label.key ? -1 : 1))
  return {
    now: formatTime(now),
    from: formatTime(from),
    to: formatTime(Math.min(to, now)),
    per,
    by,
    rows: sorted.map(({ at, label, tally }) => buildRow(at, label, tally)),
    totals: buildRow(from, ALL, totals),
  }
}

/** Everything in the scene together. */
export function sumTally(scene: HistoryScene): Tally {
  const total = emptyTally()
  for (const bucket of findBuckets(scene)) addTally(total, bucket)
  return total
}

/** The totals of each model as a row, the busiest first. */
export function modelTotals(scene: HistoryScene): HistoryRow[] {
  const models = new Map<string, { label: Label; tally: Tally }>()
  for (const bucket of findBuckets(scene)) {
    const label = labelModel(bucket)
    const row = models.get(label.key) ?? { label, tally: emptyTally() }
    addTally(row.tally, bucket)
    models.set(label.key, row)
  }
  return [...models.values()]
    .filter(({ tally }) => !isNothing(tally))
    .sort((one, other) => other.tally.requests - one.tally.requests)
    .map(({ label, tally }) => buildRow(scene.from, label, tally))
}

function* findBuckets({ history, only, from, to }: HistoryScene): Generator<HistoryBucket> {
  for (const bucket of history.values()) {
    if (bucket.at >= from && bucket.at < to && (only === null || only.has(bucket.account))) yield bucket
  }
}

/** An account in several groups counts in each of them. */
function listLabels(bucket: HistoryBucket, scene: HistoryScene): Label[] {
  const account = scene.accounts.get(bucket.account)
  switch (scene.by) {
    case 'all':
      return [ALL]
    case 'model':
      return [labelModel(bucket)]
    case 'key':
      return [labelKey(bucket, scene)]
    case 'job':
      return [labelJob(bucket, scene)]
    case 'account':
      return [
        { key: bucket.account, label: account === undefined ? bucket.account : shortReference(account) },
      ]
    case 'provider':
      return [account === undefined ? UNKNOWN : same(account.provider)]
    case 'user':
      return [account === undefined ? UNKNOWN : same(account.user)]
    case 'group':
      if (account === undefined) return [UNKNOWN]
      return account.groups.length === 0 ? [NONE] : account.groups.map(same)
  }
}

function labelModel({ model }: HistoryBucket): Label {
  return model === null ? UNKNOWN : same(model)
}

/** A job makes keys all the time, so all of them share a row. */
function labelKey({ key }: HistoryBucket, { keys, jobs, hidesOthers, splitsJobs }: HistoryScene): Label {
  if (key === null) return NONE
  const job = splitsJobs ? null : findJobOfKey(key)
  if (job === null) return labelKnown(key, keys, hidesOthers)
  const { label, ...row } = labelKnown(job, jobs, hidesOthers)
  return { ...row, label: row.key === OTHER.key ? label : `job ${label}` }
}

/** A removed job appears as its id. */
function labelJob({ key }: HistoryBucket, { jobs, hidesOthers }: HistoryScene): Label {
  const job = key === null ? null : findJobOfKey(key)
  return job === null ? NONE : labelKnown(job, jobs, hidesOthers)
}

function labelKnown(
  key: string,
  known: readonly { id: string; name: string }[],
  hidesOthers: boolean,
): Label {
  const found = known.find(({ id }) => id === key)
  return found === undefined && hidesOthers ? OTHER : { key, label: found?.name ?? key }
}

function same(name: string): Label {
  return { key: name, label: name }
}

function buildRow(at: number, { key, label }: Label, tally: Tally): HistoryRow {
  const { requests, succeeded, failed, inputTokens, outputTokens, estimatedTokens, unpriced } = tally
  return {
    at: formatTime(at),
    key,
    label,
    requests,
    succeeded,
    failed,
    outcomes: { ...tally.outcomes },
    inputTokens,
    outputTokens,
    estimatedTokens,
    costUsd: roundedUsd(tally.costUsd),
    estimatedUsd: roundedUsd(tally.estimatedUsd),
    unpriced,
    latencyMs: readPercentiles(tally.latency),
    firstByteMs: readPercentiles(tally.firstByte),
  }
}

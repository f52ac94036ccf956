// Adds what checkpoints of earlier versions lack. A shipped migration is never edited; a change of shape adds the
// next one.

import type { StateJson } from './checkpoint.ts'

/** The version that `stateToJson` writes. */
export const CHECKPOINT_VERSION = 5

const WEEK_MS = 7 * 86_400_000

/** From version 1: learned limits were among the other rows, and none belonged to a model. */
function from1(json: StateJson): StateJson {
  const subjects = Object.entries(json.subjects).map(([id, subject]) => {
    const limits = subject.limits.map((limit) => ({
      ...limit,
      from: null,
      until: limit.source === 'learned' ? json.now + WEEK_MS : null,
    }))
    return [id, { ...subject, limits, modelLimits: [] }]
  })
  return { ...json, subjects: Object.fromEntries(subjects) as StateJson['subjects'] }
}

/** From version 2: it did not note outside changes to the ledger, and its time was the newest of its clocks. */
function from2(json: StateJson): StateJson {
  return { ...json, lost: null, reference: null }
}

/**
 * From version 3: it knew no jobs, and skipped the lines of their slots. Slots before the checkpoint may have run, so
 * none of them can be claimed.
 */
function from3(json: StateJson): StateJson {
  return { ...json, jobs: { last: {}, runs: {}, minutes: [], floor: json.now } }
}

/** From version 4: of a request in flight it noted the time alone. */
function from4(json: StateJson): StateJson {
  const open = Object.values(json.open)
  const subjects = Object.entries(json.subjects).map(([id, subject]) => {
    const { inFlight } = subject
    if (inFlight === undefined) return [id, subject]
    const requests = open
      .filter(({ sequence }) => sequence > subject.resetSequence)
      .filter(({ account, also }) => account === id || also.includes(id))
      .map(({ at, sequence }) => ({ at, sequence }))
      .toSorted((one, other) => one.sequence - other.sequence)
    return [id, { ...subject, inFlight: { requests, mean: inFlight.mean } }]
  })
  return { ...json, subjects: Object.fromEntries(subjects) as StateJson['subjects'] }
}

/** Brings a state of `version` to the present shape. Throws when the state never had the shape of that version. */
export function migrateState(json: StateJson, version: number): StateJson {
  const two = version < 2 ? from1(json) : json
  const three = version < 3 ? from2(two) : two
  const four = version < 4 ? from3(three) : three
  return version < 5 ? from4(four) : four
}

// What checkpoints of earlier versions lack. A shipped migration is never edited: a change of shape brings the next one.

import type { StateJson } from './checkpoint.ts'

/** The version that `stateToJson` writes. */
export const CHECKPOINT_VERSION = 3

const WEEK_MS = 7 * 86_400_000

/** From 1: learned limits were rows among the others, and none was of a model. */
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

/** From 2: nothing said that other hands changed the ledger, and its time was the newest of its clocks. */
function from2(json: StateJson): StateJson {
  return { ...json, lost: null, reference: null }
}

/** A state as `version` wrote it, in the present shape. Throws on what never had the shape of that version. */
export function migrateState(json: StateJson, version: number): StateJson {
  const two = version < 2 ? from1(json) : json
  return version < 3 ? from2(two) : two
}

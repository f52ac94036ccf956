import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { everyAccount } from '../../../../src/lib/account/client-key.ts'
import { isCertain, weighEvidence } from '../../../../src/lib/rotation/models/model-evidence.ts'
import { nothingKnown } from '../../../../src/lib/rotation/models/service-knowledge.ts'
import type { Member } from '../../../../src/lib/rotation/pool/member.ts'
import { Pool } from '../../../../src/lib/rotation/pool/pool.ts'
import { Ground, ids, member } from '../fixture.ts'

const NAME = 'qwen/coder'
const split = { provider: 'qwen', model: 'coder' }
const whole = { provider: null, model: NAME }
const options = { strategy: 'fill-first', affinity: false } as const

interface Facts {
  provider: string
  /** The user's own list. */
  own?: string[] | null
  fetched?: string[] | null
  isLocal?: boolean
  enabled?: boolean
}

function build({ provider, own = null, fetched = null, isLocal = false, enabled = true }: Facts, n: number) {
  const known = fetched === null ? nothingKnown : { ...nothingKnown, listed: new Set(fetched) }
  const serves = own === null ? () => null : (model: string) => own.includes(model)
  const family = JSON.stringify([provider, own, fetched, isLocal])
  return member(`a${n}`, { provider, models: own, enabled }, { serves, known, isLocal, family })
}

const makePool = (...facts: Facts[]) => new Pool(facts.map(build), options)
const router = { provider: 'openrouter', fetched: [NAME] }
const lmStudio = { provider: 'custom', fetched: [NAME], isLocal: true }
const qwen = { provider: 'qwen' }

describe('a name that may be the whole name of a model', () => {
  test.each<[string, Facts[], object[]]>([
    ['no account has the whole', [qwen, { provider: 'openrouter' }], [split]],
    ['the provider has the rest', [{ ...qwen, fetched: ['coder'] }, router], [split]],
    ['the provider may have the rest', [qwen, router], [split, whole]],
    ['an empty list says nothing', [{ ...qwen, fetched: [] }, router], [split, whole]],
    ['the list of the provider lacks the rest', [{ ...qwen, fetched: ['max'] }, router], [whole]],
    ['the own list of the account lacks the rest', [{ ...qwen, own: ['max'] }, router], [whole]],
    [
      'only a disabled account has the whole',
      [
        { ...qwen, fetched: ['max'] },
        { ...router, enabled: false },
      ],
      [split],
    ],
    ['only a disabled account may have the rest', [{ ...qwen, enabled: false }, router], [whole]],
    [
      'only a disabled account has the rest',
      [{ ...qwen, fetched: ['coder'], enabled: false }, router],
      [whole],
    ],
  ])('where %s', (_, facts, steps) => {
    expect(makePool(...facts).readName(NAME, everyAccount)).toEqual(steps)
  })

  const local = { ...qwen, isLocal: true }
  test.each<[string, Facts[], object[]]>([
    ['has an empty list', [{ ...local, fetched: [] }, router], [split]],
    ['has another list now', [{ ...local, fetched: ['max'] }, router], [split]],
    ['has a list of the user without it', [{ ...local, own: ['max'] }, router], [split]],
    ['is disabled', [{ ...local, enabled: false }, router], [split]],
    ['is beside one elsewhere', [local, { ...qwen, fetched: ['max'] }, router], [split]],
    ['surely lacks it, beside one elsewhere', [{ ...local, own: ['max'] }, qwen, router], [split, whole]],
    [
      'surely lacks it, beside one elsewhere that lacks it',
      [{ ...local, own: ['max'] }, { ...qwen, fetched: ['max'] }, router],
      [whole],
    ],
  ])('where the account of the provider on this machine %s', (_, facts, steps) => {
    expect(makePool(...facts).readName(NAME, everyAccount)).toEqual(steps)
  })

  test.each<[string, Facts[], object[]]>([
    ['the list of the provider is unknown', [qwen, lmStudio], [whole]],
    ['the server is disabled', [qwen, { ...lmStudio, enabled: false }], [whole]],
    ['the provider has the rest', [{ ...qwen, fetched: ['coder'] }, lmStudio], [split]],
    ['the provider is here, too', [{ ...qwen, isLocal: true }, lmStudio], [split, whole]],
  ])('where only a server on this machine has the whole, and %s', (_, facts, steps) => {
    expect(makePool(...facts).readName(NAME, everyAccount)).toEqual(steps)
  })
})

const aList = fc.option(fc.subarray(['coder', NAME, 'max']), { nil: null })
const someFacts = fc.array(
  fc.record({
    provider: fc.constantFrom('qwen', 'qwen', 'openrouter', 'custom'),
    own: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: aList }),
    fetched: aList,
    isLocal: fc.boolean(),
    enabled: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
)

const has = (model: string) => (each: Member) => isCertain(weighEvidence(each, model))

test('a prompt for a model that only this machine has never leaves it, and any other finds its account', () => {
  const seen = { stays: 0, leaves: 0 }
  fc.assert(
    fc.property(someFacts, (facts) => {
      const pool = makePool(...facts)
      const steps = pool.readName(NAME, everyAccount)
      const offered = steps.map((step) => ids(pool.candidates(step, new Ground().view())))
      const isAnyRemote = offered.flat().some((id) => !pool.member(id)!.isLocal)
      const enabled = pool.members.filter(({ account }) => account.enabled)
      const named = pool.members.filter(({ account }) => account.provider === 'qwen')
      const hasRest = enabled.filter(({ account }) => account.provider === 'qwen').some(has('coder'))
      const isHeldHere = pool.members.some((each) => each.isLocal && has(NAME)(each))
      const isHeldElsewhere = enabled.some((each) => !each.isLocal && has(NAME)(each))
      if (named.length > 0 && named.every(({ isLocal }) => isLocal)) expect(isAnyRemote).toBe(false)
      if (isHeldHere && !isHeldElsewhere && !hasRest) {
        seen.stays += 1
        expect(isAnyRemote).toBe(false)
      }
      if (isHeldElsewhere && !named.some(({ isLocal }) => isLocal)) {
        seen.leaves += 1
        expect(offered.flat()).not.toEqual([])
      }
    }),
    { numRuns: 2000 },
  )
  expect(Math.min(seen.stays, seen.leaves)).toBeGreaterThan(50)
})

test('a pool reads a name once for each scope', () => {
  const pool = makePool(qwen, router)
  const own = { user: 'local', allowed: null }
  expect(pool.readName(NAME, everyAccount)).toBe(pool.readName(NAME, everyAccount))
  expect(pool.readName(NAME, own)).toBe(pool.readName(NAME, own))
  expect(pool.readName(NAME, { user: 'other', allowed: null })).toEqual([whole])
})

import { describe, expect, test } from 'vitest'
import type { ModelEvidence } from '../../../../src/lib/rotation/models/model-evidence.ts'
import {
  evidenceRank,
  isCertain,
  isGuess,
  weighEvidence,
} from '../../../../src/lib/rotation/models/model-evidence.ts'
import { nothingKnown } from '../../../../src/lib/rotation/models/service-knowledge.ts'
import type { Member } from '../../../../src/lib/rotation/pool/member.ts'
import { member, provider } from '../fixture.ts'

const answers = (value: boolean | null) => ({ serves: () => value })
const listed = (...models: string[]) => ({ known: { ...nothingKnown, listed: new Set(models) } })
const answered = { known: { ...nothingKnown, answered: new Map([['m', 1]]) } }
const documented = { provider: { ...provider, models: ['m'] } }

const cases: [ModelEvidence, string[] | null, Partial<Member>][] = [
  ['configured', ['m'], answers(true)],
  ['absent', ['m'], answers(null)],
  ['documented', null, { isKeptApart: true, ...answers(true) }],
  ['absent', null, { isKeptApart: true, ...answers(null) }],
  ['fetched', null, { ...answers(false), ...listed('m') }],
  ['absent', null, answers(false)],
  ['documented', null, { ...answers(null), ...documented }],
  ['unknown', null, { ...answers(null), ...documented, isElsewhere: true }],
  ['unlisted', null, { ...answers(null), ...documented, ...listed('other') }],
  ['answered', null, { ...answers(null), ...answered }],
  ['answered', null, { ...answers(null), known: { ...answered.known, listed: new Set(['other']) } }],
  ['named', null, answers(true)],
  ['unknown', null, answers(null)],
]

test.each(cases)('%s: with the list %j and the knowledge %o', (evidence, models, own) => {
  expect(weighEvidence(member('a', { models }, own), 'm')).toBe(evidence)
})

describe('the order of evidence', () => {
  const all = [...new Set(cases.map(([evidence]) => evidence))]

  test('a list of a service or of a person is certain, and nothing else', () => {
    expect(all.filter(isCertain).sort()).toEqual(['configured', 'documented', 'fetched'])
  })

  test('only an answer tells more where no list has the model', () => {
    expect(all.filter(isGuess).sort()).toEqual(['unknown', 'unlisted'])
  })

  test('lists and names come first, answers count as little as silence, a list without it comes last', () => {
    const ranks = Object.fromEntries(all.map((evidence) => [evidence, evidenceRank(evidence)]))
    expect(ranks).toMatchObject({ configured: 0, fetched: 0, documented: 0, named: 0 })
    expect(ranks).toMatchObject({ unknown: 1, answered: 1, unlisted: 2 })
  })
})

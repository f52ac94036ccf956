import { expect, test } from 'vitest'
import { estimateNotes } from '../../../../src/lib/terminal/quota/estimate-notes.ts'
import type { QuotaDocument } from '../../../../src/lib/toolkit/views.ts'

const given = (...estimates: number[]) =>
  ({
    accounts: estimates.map((estimatedTokens, index) => ({
      user: 'local',
      provider: 'custom',
      name: `a${index}`,
      today: { estimatedTokens },
    })),
  }) as unknown as QuotaDocument

test('estimated tokens are marked, with the accounts that have them', () => {
  expect(estimateNotes(given(0, 0))).toEqual([])
  expect(estimateNotes(given(0, 2952))).toEqual([
    expect.stringMatching(/^2952 of today's tokens are estimated.*: custom\/a1$/) as string,
  ])
  expect(estimateNotes(given(1, 2, 3, 4, 5))[0]).toMatch(
    /^15 of .*: custom\/a0, custom\/a1, custom\/a2 and 2 more$/,
  )
})

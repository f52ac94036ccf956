import { expect, test } from 'vitest'
import { LineFaults } from '../../../../src/lib/toolkit/batch/input/line-faults.ts'

function given(faults: [line: number, problem: string][]): LineFaults {
  const found = new LineFaults()
  for (const [line, problem] of faults) found.add(line, problem)
  return found
}

test('lines with the same fault are one text, with ranges', () => {
  const faults = given([1, 2, 3, 5, 6, 9].map((line) => [line, line === 5 ? 'no model' : 'no body']))
  expect(faults.describe()).toBe('lines 1-3, 6, 9: no body; line 5: no model')
  expect(faults.problems).toHaveLength(6)
})

test('a thousand equal faults are one range, and a thousand different ones are cut with their number', () => {
  const lines = Array.from({ length: 1000 }, (_, index) => index + 1)
  const equal = given(lines.map((line) => [line, 'no body']))
  expect([equal.describe(), equal.count, equal.problems.length]).toEqual(['lines 1-1000: no body', 1000, 20])
  const different = given(lines.map((line) => [line, `fault ${line}`]))
  expect(different.describe()).toMatch(/^line 1: fault 1; .*line 20: fault 20; and 980 more$/)
  const gaps = given(lines.filter((line) => line % 2 === 0).map((line) => [line, 'no body']))
  expect(gaps.describe()).toMatch(/^lines 2, 4, .*, 40: no body; and 480 more$/)
})

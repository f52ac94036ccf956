import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitTable } from '../../../../src/lib/terminal/format/fit-table.ts'
import { renderTable } from '../../../../src/lib/terminal/format/table.ts'
import { textWidth } from '../../../../src/lib/terminal/format/text-width.ts'

const columns = [
  { header: 'NAME' },
  { header: 'REASON' },
  { header: 'LEFT', align: 'right' as const, rank: 5 },
]
const rows = [['qwen/a-long-name-of-an-account', 'the provider says that its quota is used up', '1988']]

test('text gives way before columns do, and numbers are never cut', () => {
  expect(fitTable(columns, rows, 200).rows).toEqual(rows)
  expect(fitTable(columns, rows, 40).rows).toEqual([['qwen/a-long-nam…', 'the provider sa…', '1988']])
  const narrow = fitTable(columns, rows, 24)
  expect(narrow.columns.map(({ header }) => header)).toEqual(['NAME', 'LEFT'])
  expect(narrow.rows).toEqual([['qwen/a-long-name-…', '1988']])
})

test('whatever is in it, no line of a table is wider than the terminal', () => {
  const cell = fc.string({ unit: 'grapheme-ascii', maxLength: 60 })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, fc.nat().map(String))),
      fc.integer({ min: 20, max: 160 }),
      (made, room) => {
        const lines = renderTable(columns, made, { decorated: true, room }).split('\n')
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(room)
      },
    ),
  )
})

test('without a terminal nothing is cut', () => {
  expect(renderTable(columns, rows, { decorated: false })).toContain(rows[0]?.[1])
})

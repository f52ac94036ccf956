import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BarLook } from '../../../../src/lib/terminal/format/bar-chart.ts'
import { renderBars, renderLegend } from '../../../../src/lib/terminal/format/bar-chart.ts'
import { textWidth } from '../../../../src/lib/terminal/format/text-width.ts'

const look: BarLook = { columns: 40, unicode: true, tones: [] }

test('the longest bar fills its room, others are in proportion, and nothing is no bar', () => {
  const bars = [10, 5, 0].map((amount, index) => ({
    label: `d${index}`,
    parts: [amount],
    value: `${amount}`,
  }))
  expect(renderBars(bars, { ...look, columns: 18 })).toEqual([
    'd0  ██████████  10',
    'd1  █████        5',
    'd2               0',
  ])
})

test('series are stacked in their order, each with a filling of its own, in ASCII too', () => {
  const bars = [{ label: 'a', parts: [2, 1, 1], value: '4' }]
  expect(renderBars(bars, { ...look, columns: 14 })).toEqual(['a  ████▓▓▒▒  4'])
  expect(renderBars(bars, { ...look, columns: 14, unicode: false })).toEqual(['a  ####==++  4'])
  expect(renderLegend(['x', 'y', 'z'], { ...look, unicode: false })).toEqual(['# x  = y  + z'])
})

test('when a legend is wider than the terminal, it continues in the next line', () => {
  expect(renderLegend(['first', 'second', 'third'], { ...look, columns: 18 })).toEqual([
    '█ first  ▓ second',
    '▒ third',
  ])
})

test('whatever the amounts, every line fits, parts add up to their bar, and what is above 0 can be seen', () => {
  const amounts = fc.array(fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(amounts, fc.integer({ min: 40, max: 200 }), (rows, columns) => {
      const bars = rows.map((parts, index) => ({ label: `day ${index}`, parts, value: '1.5M' }))
      const lines = renderBars(bars, { ...look, columns })
      const lengths = lines.map((line) => [...line].filter((cell) => '█▓▒░▚'.includes(cell)).length)
      const sums = rows.map((parts) => parts.reduce((all, part) => all + part, 0))
      for (const [index, line] of lines.entries()) {
        expect(textWidth(line)).toBe(columns)
        expect(lengths[index]! > 0).toBe(sums[index]! > 0)
        for (const [other, sum] of sums.entries()) {
          if (sum > sums[index]!) expect(lengths[other]).toBeGreaterThanOrEqual(lengths[index]!)
        }
      }
    }),
  )
})

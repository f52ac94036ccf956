import fc from 'fast-check'
import { expect, test } from 'vitest'
import { paletteFor } from '../../../../src/lib/terminal/format/color.ts'
import { drawsUnicode, renderGauge } from '../../../../src/lib/terminal/format/gauge.ts'
import { textWidth } from '../../../../src/lib/terminal/format/text-width.ts'

const palette = paletteFor({}, {})
const gauge = (used: number, max: number, unicode: boolean) =>
  renderGauge(used, max, { width: 8, unicode, palette })

test.each([
  [0, 2000, '░░░░░░░░', '[------]'],
  [1, 2000, '▏░░░░░░░', '[#-----]'],
  [1000, 2000, '████░░░░', '[###---]'],
  [1999, 2000, '███████▉', '[#####-]'],
  [2000, 2000, '████████', '[######]'],
  [2500, 2000, '████████', '[######]'],
  [0, 0, '████████', '[######]'],
])('with %i of %i used, draws %s', (used, max, blocks, ascii) => {
  expect(gauge(used, max, true)).toBe(blocks)
  expect(gauge(used, max, false)).toBe(ascii)
})

test('whatever is used, the gauge is as wide as asked, and full only when nothing is left', () => {
  const counts = fc.record({ max: fc.integer({ min: 1, max: 1e9 }), used: fc.integer({ min: 0, max: 1e9 }) })
  fc.assert(
    fc.property(counts, ({ used, max }) => {
      expect(textWidth(gauge(used, max, true))).toBe(8)
      expect(gauge(used, max, true) === '████████').toBe(used >= max)
      expect(gauge(used, max, true) === '░░░░░░░░').toBe(used === 0)
    }),
  )
})

test.each([
  [{ LANG: 'de_DE.UTF-8' }, 'linux', true],
  [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, 'linux', false],
  [{}, 'linux', false],
  [{ LANG: 'C.utf8', TERM: 'dumb' }, 'linux', false],
  [{ WT_SESSION: '1' }, 'win32', true],
  [{}, 'win32', false],
] as const)('with %j on %s, blocks are drawn: %s', (env, platform, drawn) => {
  expect(drawsUnicode(env, platform)).toBe(drawn)
})

import { expect, test } from 'vitest'
import { colorLevel, paletteFor } from '../../../../src/lib/terminal/format/color.ts'

test.each([
  ['a terminal', { isTTY: true }, {}, 1],
  ['a pipe', { isTTY: false }, {}, 0],
  ['a terminal and NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, 0],
  ['a terminal and an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, 1],
  ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, 0],
  ['a pipe and FORCE_COLOR', { isTTY: false }, { FORCE_COLOR: '1' }, 1],
  ['a pipe and an empty FORCE_COLOR', { isTTY: false }, { FORCE_COLOR: '' }, 1],
  ['a terminal and FORCE_COLOR=0', { isTTY: true }, { FORCE_COLOR: '0' }, 0],
  ['FORCE_COLOR and NO_COLOR together', { isTTY: false }, { FORCE_COLOR: '3', NO_COLOR: '1' }, 3],
])('with %s, the colour level follows', (_, stream, env, level) => {
  expect(colorLevel(stream, env)).toBe(level)
})

test('when colours are off, the palette leaves text as it is', () => {
  expect(paletteFor({ isTTY: true }, { NO_COLOR: '1' }).bad('gone')).toBe('gone')
  expect(paletteFor({ isTTY: true }, {}).bad('gone')).toBe('\u001b[31mgone\u001b[39m')
})

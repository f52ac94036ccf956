import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderTable } from '../../../../src/lib/terminal/format/table.ts'
import { cutToWidth, printable, textWidth } from '../../../../src/lib/terminal/format/text-width.ts'

const columns = [{ header: 'NAME' }, { header: 'LEFT', align: 'right' as const }]

test('without a terminal, prints aligned text without rules or colour codes', () => {
  expect(
    renderTable(
      columns,
      [
        ['work', '12'],
        ['家', '1988'],
      ],
      { decorated: false },
    ),
  ).toBe('NAME  LEFT\nwork    12\n家    1988\n')
})

test('on a terminal, puts a rule below the header and keeps the same columns', () => {
  expect(renderTable(columns, [['work', '12']], { decorated: true })).toBe(
    'NAME  LEFT\n────  ────\nwork    12\n',
  )
})

test('on a terminal with wide characters and colours, the columns still line up', () => {
  const rows = [
    ['\u001b[32m家庭\u001b[39m', '1'],
    ['ascii-name', '1988'],
  ]
  const lines = stripVTControlCharacters(renderTable(columns, rows, { decorated: true }))
    .trimEnd()
    .split('\n')
  expect(new Set(lines.map(textWidth))).toEqual(new Set([16]))
})

test('with thousands of rows, gives up the rule rather than the second', () => {
  const text = renderTable(
    columns,
    Array.from({ length: 3000 }, (_, n) => [`account-${n}`, String(n)]),
    { decorated: true },
  )
  expect(text.split('\n')).toHaveLength(3002)
  expect(text).not.toContain('─')
})

test('whatever the text and the width, a cut text is never wider', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      expect(textWidth(cutToWidth(printable(text), width))).toBeLessThanOrEqual(width)
    }),
  )
})

test('when a name carries control characters, none of them reaches the terminal', () => {
  expect(printable('a\u001b[2Jb\u0007\rc\u202ed')).toBe('a\ufffd[2Jb\ufffd c\ufffdd')
})

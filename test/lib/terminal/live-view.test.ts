import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { LiveView } from '../../../src/lib/terminal/live-view.ts'

const HIDE = '\u001b[?25l'
const SHOW = '\u001b[?25h'

function givenTerminal(columns = 40, rows = 10) {
  const writes: string[] = []
  return { columns, rows, writes, write: (text: string) => writes.push(text) }
}

/** By how many lines a write goes up before it draws. */
function linesUp(text: string | undefined): number {
  // eslint-disable-next-line no-control-regex -- a cursor movement is what is looked for
  return Number(/\u001b\[(\d+)A/.exec(text ?? '')?.[1] ?? 0)
}

test('when drawn again, a picture takes the place of the one before', () => {
  const terminal = givenTerminal()
  const view = new LiveView(terminal)
  view.draw(['one', 'two'])
  view.draw(['three', 'four', 'five'])
  expect(linesUp(terminal.writes[0])).toBe(0)
  expect(linesUp(terminal.writes[1])).toBe(2)
  expect(stripVTControlCharacters(terminal.writes[1] ?? '')).toBe('\rthree\nfour\nfive\n')
})

test('from the first picture to the end the cursor is hidden, once', () => {
  const terminal = givenTerminal()
  const view = new LiveView(terminal)
  view.draw(['one'])
  view.draw(['two'])
  view.end(['three'])
  view.end()
  const all = terminal.writes.join('')
  expect(all.split(HIDE)).toHaveLength(2)
  expect(all.split(SHOW)).toHaveLength(2)
  expect(all.endsWith(SHOW)).toBe(true)
})

test('when nothing was drawn, ending writes nothing', () => {
  const terminal = givenTerminal()
  new LiveView(terminal).end()
  expect(terminal.writes).toEqual([])
})

test('when it ends early, the room it kept below is given back', () => {
  const terminal = givenTerminal()
  const view = new LiveView(terminal)
  view.draw(['one', '', 'two', '', ''])
  view.end()
  expect(stripVTControlCharacters(terminal.writes[1] ?? '')).toBe('\rone\n\ntwo\n')
})

test('when the picture is higher than the terminal, its lower part is drawn', () => {
  const terminal = givenTerminal(40, 4)
  new LiveView(terminal).draw(['1', '2', '3', '4', '5'])
  expect(stripVTControlCharacters(terminal.writes[0] ?? '')).toBe('\r3\n4\n5\n')
})

test('when the terminal became narrower, lines that it broke are counted as it shows them', () => {
  const terminal = givenTerminal(40)
  const view = new LiveView(terminal)
  view.draw(['\u001b[1m123456789012345\u001b[22m', 'short'])
  terminal.columns = 10
  view.draw(['new'])
  expect(linesUp(terminal.writes[1])).toBe(3)
})

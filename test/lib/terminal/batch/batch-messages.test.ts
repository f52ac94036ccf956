import { expect, test } from 'vitest'
import { formatEnd } from '../../../../src/lib/terminal/batch/batch-messages.ts'
import { madeBatch } from '../../../support/servers/fake-work.ts'

const START = Date.parse('2026-11-22T10:00:00Z')

/** The first line of the end of a run, up to the output. */
function firstLine(done: number, lines: number, toSend: number): string {
  const counts = { lines, done, failed: lines - done, left: 0, inFlight: 0 }
  const [said = ''] = formatEnd(madeBatch(START, counts), 'qwenctl batch run tasks.jsonl', toSend)
  return said.replace(/[:.] .*/s, '')
}

test.each([
  [0, 1, 1, 'The line is not answered'],
  [1, 1, 1, 'The line is answered'],
  [0, 2, 2, '0 of 2 lines are answered'],
  [1, 2, 2, '1 of 2 lines are answered'],
  [2, 2, 1, 'All 2 lines are answered'],
  [0, 1, 0, 'The line was not answered before; nothing was sent'],
  [1, 1, 0, 'The line was answered before; nothing was sent'],
  [1, 2, 0, '1 of 2 lines were answered before; nothing was sent'],
  [2, 2, 0, 'All 2 lines were answered before; nothing was sent'],
])('with %i of %i lines answered and %i to send, the end is "%s"', (done, lines, toSend, said) => {
  expect(firstLine(done, lines, toSend)).toBe(said)
})

import { expect, test } from 'vitest'
import { formatCommand } from '../../../../src/lib/toolkit/notices/command-words.ts'

test.each([
  ['notify-send quota', ['notify-send', 'quota']],
  [`sh -c 'echo "$HOME"'`, ['sh', '-c', 'echo "$HOME"']],
  ['a "b c" d\\ e ""', ['a', 'b c', 'd e', '']],
  [`it"'"s`, [`it's`]],
  ['"a\\"b"', ['a"b']],
  ['  ', []],
])('%s', (text, words) => {
  expect(formatCommand(text)).toEqual(words)
})

test.each(['a "b', "a 'b", 'a\\'])('%s is not whole', (text) => {
  expect(formatCommand(text)).toBeNull()
})

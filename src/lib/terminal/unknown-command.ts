import { QwenctlError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'

/**
 * The error for words that name no command. `id` is oclif's guess: every word up to the first flag, joined by `:`.
 * `known` are the command ids.
 */
export function unknownCommand(id: string, known: string[]): QwenctlError {
  const words = id.split(':').filter((word) => word !== '')
  // A command that takes no arguments is not recognised by oclif once a word follows it.
  for (let count = words.length - 1; count > 0; count -= 1) {
    const command = words.slice(0, count)
    if (known.includes(command.join(':'))) {
      return new QwenctlError(
        'invalid_usage',
        `${command.join(' ')} takes no argument ${shown(words[count])}`,
        {
          hint: `qwenctl ${command.join(' ')} --help shows what it takes`,
        },
      )
    }
  }
  return new QwenctlError('invalid_usage', `there is no command ${words.map(shown).join(' ')}`, {
    hint: hintFor(words, known),
  })
}

function hintFor(words: string[], known: string[]): string {
  const commands = known.map((id) => id.split(':'))
  const meant = nearestCommand(words, commands)
  if (meant !== null) return `did you mean qwenctl ${meant}?`
  const topics = commands.filter(({ length }) => length > 1).map(([topic = '']) => topic)
  const topic = nearest(words[0] ?? '', topics)
  return topic === null ? 'qwenctl --help lists the commands' : `qwenctl ${topic} --help lists its commands`
}

/** Word by word: `accounts list` is near `accounts set` as a text, and something else altogether. */
function nearestCommand(words: string[], commands: string[][]): string | null {
  const near = commands.filter(
    (command) =>
      command.length <= words.length &&
      command.every((word, index) => nearest(words[index]!, [word]) !== null),
  )
  const most = Math.max(...near.map(({ length }) => length))
  const names = near.filter(({ length }) => length === most).map((command) => command.join(' '))
  return nearest(words.slice(0, most).join(' '), names)
}

function shown(word: string | undefined): string {
  if (word === undefined) return ''
  return word.length > 24 ? `${word.slice(0, 3)}…` : word
}

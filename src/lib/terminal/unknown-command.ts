import { QwenctlError } from '../errors.ts'
import { nearest } from './nearest.ts'

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
  const near = nearestCommand(words, known)
  return new QwenctlError('invalid_usage', `there is no command ${words.map(shown).join(' ')}`, {
    hint: near === null ? 'qwenctl --help lists the commands' : `did you mean qwenctl ${near}?`,
  })
}

function nearestCommand(words: string[], known: string[]): string | null {
  const names = known.map((id) => id.replaceAll(':', ' '))
  for (let count = Math.min(words.length, 3); count > 0; count -= 1) {
    const near = nearest(words.slice(0, count).join(' '), names)
    if (near !== null) return near
  }
  return null
}

function shown(word: string | undefined): string {
  if (word === undefined) return ''
  return word.length > 24 ? `${word.slice(0, 3)}…` : word
}

import { printable } from '../../terminal/format/text-width.ts'
import type { Line, Span } from '../line.ts'
import { cutLine, joinSpans, lineWidth, span, spread } from '../line.ts'
import type { Message, ScreenState } from '../state/screen-state.ts'
import { EDGE } from './look.ts'

/** The last result, the running action, or the question, on one line. */
export function messageLine(state: ScreenState): Line {
  return cutLine([span(' '), ...messageSpans(state)], state.size.columns - EDGE)
}

function messageSpans({ mode, message, busy, filter }: ScreenState): Line {
  if (mode.kind === 'ask') return askSpans(mode)
  if (mode.kind === 'filter') return [span('/', 'strong'), span(printable(filter)), span('▏', 'quiet')]
  if (message !== null) return toldSpans(message)
  return busy.length === 0 ? [] : [span(`${busy.join(', ')} …`, 'quiet')]
}

function toldSpans({ tone, text, hint }: Message): Line {
  return [span(printable(text), tone), ...(hint === null ? [] : [span(`  ${printable(hint)}`, 'quiet')])]
}

/** The hint on a separate line if it does not fit behind the message; null: it fits. */
export function hintLine({ message, size }: ScreenState): Line | null {
  if (message === null || message.hint === null) return null
  const width = size.columns - EDGE
  if (lineWidth(toldSpans(message)) + 1 <= width) return null
  return cutLine([span(` ${printable(message.hint)}`)], width)
}

function askSpans({ what, name }: { what: 'disable' | 'reset'; name: string }): Line {
  const question = what === 'disable' ? `Disable ${name}?` : `Reset the counters of ${name} to zero?`
  return [
    span(question, 'warn'),
    span('  '),
    ...keysSpans([
      ['y', 'yes'],
      ['n', 'no'],
    ]),
  ]
}

type KeyWords = [key: string, does: string]

const listKeys: KeyWords[] = [
  ['↑↓', 'move'],
  ['enter', 'details'],
  ['e', 'enable'],
  ['d', 'disable'],
  ['r', 'reset'],
  ['a', 'add'],
  ['/', 'filter'],
  ['tab', 'requests'],
  ['v', 'verify'],
  ['c', 'clear cooldowns'],
  ['p', 'pin'],
  ['s', 'sort'],
  ['g', 'group'],
  ['w', 'jobs'],
]

const requestKeys: KeyWords[] = [
  ['↑↓', 'move'],
  ['enter', 'details'],
  ['space', 'hold'],
  ['end', 'newest'],
  ['tab', 'accounts'],
  ['/', 'filter'],
]

const pageKeys: KeyWords[] = [
  ['esc', 'back'],
  ['↑↓', 'scroll'],
  ['←→', 'neighbour'],
]

const accountPageKeys: KeyWords[] = [
  ['e', 'enable'],
  ['d', 'disable'],
  ['r', 'reset'],
  ['c', 'clear cooldowns'],
  ['v', 'verify'],
  ['p', 'pin'],
]

const always: KeyWords[] = [
  ['?', 'help'],
  ['q', 'quit'],
]

/** The keys of the current mode: as many as fit, and the one that leaves. */
export function footerLine(state: ScreenState): Line {
  const width = state.size.columns - EDGE
  const right = state.mode.kind === 'list' ? keysSpans(always) : []
  const room = width - lineWidth(right) - 2
  const line: Line = [span(' ')]
  for (const keys of findKeys(state)) {
    const next = [...(line.length === 1 ? [] : [span('  ')]), ...keysSpans([keys])]
    if (lineWidth(line) + lineWidth(next) <= room) line.push(...next)
  }
  return spread(line, right, width)
}

function findKeys({ mode, pane }: ScreenState): KeyWords[] {
  switch (mode.kind) {
    case 'list':
      return pane === 'accounts' ? listKeys : requestKeys
    case 'filter':
      return [
        ['enter', 'keep'],
        ['esc', 'as before'],
        ['ctrl-u', 'empty'],
      ]
    case 'ask':
      return [
        ['y', 'yes'],
        ['n', 'no'],
      ]
    case 'account':
      return [...pageKeys, ...accountPageKeys]
    case 'request':
      return pageKeys
    case 'work':
    case 'help':
      return pageKeys.slice(0, 2)
  }
}

function keysSpans(keys: KeyWords[]): Span[] {
  return joinSpans(keys.map(([key, does]) => [span(key, 'strong'), span(` ${does}`, 'quiet')]))
}

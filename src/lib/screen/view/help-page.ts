import type { Line } from '../line.ts'
import { padLine, span } from '../line.ts'
import { section } from './field-line.ts'

const KEY_CELLS = 16

const parts: [title: string, keys: [string, string][]][] = [
  [
    'moving',
    [
      ['↑ ↓  j k', 'one line up or down'],
      ['page up, down', 'one page'],
      ['home, end, G', 'first and last; the last request is followed'],
      ['tab', 'the other pane'],
      ['enter', 'all about the account or request under the marker'],
      ['← →', 'there, the one before and after; esc goes back'],
    ],
  ],
  [
    'accounts',
    [
      ['e', 'enable'],
      ['d', 'disable, after a question; proxies see it at once'],
      ['r', 'counters to zero, no cooldowns, after a question'],
      ['c', 'end its cooldowns and those of its quota group'],
      ['v', 'ask the provider whether it takes the credential'],
      ['a', 'add an account, by the questions of auth add'],
      ['p', 'keep on top of this list, on this screen alone'],
    ],
  ],
  [
    'the view',
    [
      ['/', 'show what has these words; esc shows all again'],
      ['s', 'sort: as added, by name, left, used, recent'],
      ['g', 'group by provider, group, status, user, or not'],
      ['space', 'hold the requests as they are, and go on'],
      ['esc', 'take back message, hold and filter, in this order'],
      ['ctrl-l', 'draw everything anew'],
      ['ctrl-z', 'back to the shell; fg returns'],
      ['q, ctrl-c', 'quit'],
    ],
  ],
]

export function helpPage(): Line[] {
  return parts.flatMap(([title, keys], index) => [
    ...section(title).slice(index === 0 ? 1 : 0),
    ...keys.map(([key, does]): Line => [...padLine([span(key)], KEY_CELLS), span(` ${does}`, 'quiet')]),
  ])
}

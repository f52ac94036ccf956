import type { Line } from '../../line.ts'
import { padLine, span } from '../../line.ts'
import { section } from './field-line.ts'

const KEY_CELLS = 16

const parts: [title: string, keys: [string, string][]][] = [
  [
    'moving',
    [
      ['↑ ↓  j k', 'one line up or down'],
      ['page up, down', 'one page'],
      ['home, end  G', 'first and last; the last request follows new ones'],
      ['tab', 'the other pane'],
      ['enter', 'details of the account or request under the marker'],
      ['← →', 'in details: the one before and after; esc returns'],
    ],
  ],
  [
    'accounts',
    [
      ['e', 'enable'],
      ['d', 'disable, after a question; applies at once'],
      ['r', 'reset counters and cooldowns, after a question'],
      ['c', 'end its cooldowns and those of its quota group'],
      ['v', 'check the credential with the provider'],
      ['a', 'add an account, with the questions of auth add'],
      ['p', 'keep on top of the list, on this screen only'],
    ],
  ],
  [
    'the view',
    [
      ['w', 'jobs and batches; w returns'],
      ['/', 'filter by words; esc shows all again'],
      ['s', 'sort: as added, by name, left, used, recent'],
      ['g', 'group by provider, group, status, user, or not'],
      ['space', 'hold the requests, and follow them again'],
      ['esc', 'undo message, hold and filter, in this order'],
      ['ctrl-l', 'redraw the screen'],
      ['ctrl-z', 'suspend to the shell; fg returns'],
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

// The keys of `top`: each key of the help page does what the page says, and none has two meanings.

import { describe, expect, test } from 'vitest'
import { joinLine } from '../../../src/lib/screen/line.ts'
import type { KeyName } from '../../../src/lib/screen/state/screen-event.ts'
import { helpPage } from '../../../src/lib/screen/view/pages/help-page.ts'
import { account, GivenScreen, requestEntry, timeAt } from './given-state.ts'

const cooldown = {
  scope: 'account',
  model: null,
  since: timeAt(-1000),
  until: timeAt(60_000),
  reason: 'overloaded',
  evidence: null,
  guessed: false,
}

/** A screen with four accounts, the marker on the second, and three requests. */
function given(): GivenScreen {
  const accounts = [
    account('a'),
    account('b', { cooldowns: [cooldown as never] }),
    account('c', { enabled: false, status: 'disabled' }),
    account('d'),
  ]
  const screen = new GivenScreen({ columns: 120, rows: 30, accounts }).press('down')
  return screen.logs(...['req-1', 'req-2', 'req-3'].map((requestId) => requestEntry({ requestId })))
}

/** The width of the column of keys. */
const KEY_CELLS = 16

const press = (name: KeyName) => (screen: GivenScreen) => screen.press(name)
const type = (text: string) => (screen: GivenScreen) => screen.type(text)
const marked = (name: string) => (screen: GivenScreen) => expect(screen.listed()).toContain(`>${name}`)
const wished = (wish: object) => (screen: GivenScreen) => expect(screen.wishes).toMatchObject([wish])
const shows = (words: string | RegExp) => (screen: GivenScreen) =>
  expect(screen.text()).toMatch(typeof words === 'string' ? new RegExp(words) : words)

/** Every key as the help page names it, with what it does. */
const keys: Record<
  string,
  [key: string, act: (screen: GivenScreen) => unknown, check: (screen: GivenScreen) => void][]
> = {
  '↑ ↓  j k': [
    ['↑', press('up'), marked('a')],
    ['↓', press('down'), marked('c')],
    ['j', type('j'), marked('c')],
    ['k', type('k'), marked('a')],
  ],
  'page up, down': [
    ['page up', press('page-up'), marked('a')],
    ['page down', press('page-down'), marked('d')],
  ],
  'home, end  G': [
    ['home', press('home'), marked('a')],
    ['end', press('end'), marked('d')],
    ['G', type('G'), marked('d')],
  ],
  tab: [['tab', press('tab'), ({ state }) => expect(state.pane).toBe('requests')]],
  enter: [
    [
      'enter',
      press('enter'),
      ({ state }) => expect(state.mode).toMatchObject({ kind: 'account', id: 'acc_b' }),
    ],
  ],
  '← →': [
    [
      '←',
      (screen) => screen.press('enter', 'left'),
      ({ state }) => expect(state.mode).toMatchObject({ id: 'acc_a' }),
    ],
    [
      '→',
      (screen) => screen.press('enter', 'right'),
      ({ state }) => expect(state.mode).toMatchObject({ id: 'acc_c' }),
    ],
    ['esc', (screen) => screen.press('enter', 'escape'), ({ state }) => expect(state.mode.kind).toBe('list')],
  ],
  e: [['e', (screen) => screen.press('down').type('e'), wished({ kind: 'enable', id: 'acc_c' })]],
  d: [['d', type('dy'), wished({ kind: 'disable', id: 'acc_b' })]],
  r: [['r', type('ry'), wished({ kind: 'reset', id: 'acc_b' })]],
  c: [['c', type('c'), wished({ kind: 'clear', id: 'acc_b' })]],
  v: [['v', type('v'), wished({ kind: 'verify', id: 'acc_b' })]],
  a: [['a', type('a'), wished({ kind: 'add' })]],
  p: [['p', type('p'), (screen) => expect(screen.listed()[0]).toBe('>b')]],
  w: [
    ['w', type('w'), ({ state }) => expect(state.mode.kind).toBe('work')],
    ['w again', type('ww'), ({ state }) => expect(state.mode.kind).toBe('list')],
  ],
  '/': [
    [
      '/',
      type('/acme/d'),
      (screen) => expect(screen.listed().map((name) => name.replace('>', ''))).toEqual(['d']),
    ],
  ],
  s: [['s', type('s'), shows('sorted by name')]],
  g: [['g', type('g'), shows('grouped by provider')]],
  space: [
    ['space', type(' '), ({ state }) => expect(state.log.heldAt).not.toBeNull()],
    ['space again', type('  '), ({ state }) => expect(state.log.heldAt).toBeNull()],
  ],
  esc: [
    ['esc', (screen) => screen.type('s').press('escape'), ({ state }) => expect(state.message).toBeNull()],
  ],
  'ctrl-l': [['ctrl-l', press('ctrl-l'), wished({ kind: 'redraw' })]],
  'ctrl-z': [['ctrl-z', press('ctrl-z'), wished({ kind: 'stop' })]],
  'q, ctrl-c': [
    ['q', type('q'), wished({ kind: 'quit', exit: 0 })],
    ['ctrl-c', press('ctrl-c'), wished({ kind: 'quit', exit: 130 })],
  ],
}

test('the help page names these keys, each once, and no other', () => {
  const lines = helpPage().map(joinLine)
  const named = lines.filter((line) => line.length > KEY_CELLS).map((line) => line.slice(0, KEY_CELLS).trim())
  expect(named.sort()).toEqual(Object.keys(keys).sort())
})

describe.each(Object.entries(keys))('%s', (_, cases) => {
  test.each(cases)('%s does what the help page says', (_key, act, check) => {
    const screen = given()
    act(screen)
    check(screen)
  })
})

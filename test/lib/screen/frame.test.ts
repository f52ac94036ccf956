import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineWidth, joinLine } from '../../../src/lib/screen/line.ts'
import { paintLine } from '../../../src/lib/screen/paint-line.ts'
import type { KeyName } from '../../../src/lib/screen/state/screen-event.ts'
import { renderFrame } from '../../../src/lib/screen/view/frame.ts'
import { paletteFor } from '../../../src/lib/terminal/format/color.ts'
import { textWidth } from '../../../src/lib/terminal/format/text-width.ts'
import { account, GivenScreen, limit, proxy, requestEntry, timeAt } from './given-state.ts'

const names = fc.constantFrom('a', 'work', '日本語', 'a-name-that-goes-on-and-on-and-on-for-ever', '👩‍💻')
const counts = fc.constantFrom(0, 1, 0.0042, 99, 12_345, 7_654_321, Number.MAX_SAFE_INTEGER)
const times = fc.option(fc.constantFrom(-86_400_000, -1, 0, 999, 59_999, 3_600_000, 8e9).map(timeAt))
const someLimits = fc.array(
  fc
    .record({ max: counts, used: counts, resetsAt: times, model: fc.option(names) })
    .map((over) => limit(over)),
  { maxLength: 3 },
)
const someAccounts = fc.array(
  fc
    .record({
      name: names,
      limits: someLimits,
      availableAt: times,
      lastUsedAt: times,
      status: fc.constantFrom(
        'ready',
        'cooling',
        'exhausted',
        'disabled',
        'needs-login',
        'key-refused',
        'no-credit',
        'expired',
        'unreachable',
      ),
      statusReason: fc.option(names),
      costUsd: fc.option(counts),
    })
    .map(({ costUsd, ...over }) => {
      const today = { ...account('x').today, costUsd, requests: 3 }
      return account(over.name, { ...over, today })
    }),
  { maxLength: 30 },
)
const someEntries = fc.array(
  fc
    .record({
      kind: fc.constantFrom('request', 'cooldown', 'trouble', 'started', 'crash', 'of-a-later-version'),
      model: fc.option(names),
      account: fc.option(names),
      attempts: fc.nat(3),
      latencyMs: fc.option(counts),
      inputTokens: fc.option(counts),
      message: fc.option(fc.string({ unit: 'binary' })),
      until: fc.option(fc.constant(timeAt(42_000))),
    })
    .map((over) => requestEntry(over)),
  { maxLength: 20 },
)
const moving: KeyName[] = ['up', 'down', 'left', 'right', 'page-up', 'page-down', 'home', 'end', 'enter']
const others: KeyName[] = ['escape', 'tab', 'backspace', 'ctrl-u', 'ctrl-l']
const someKeys = fc.array(
  fc.oneof(
    fc.constantFrom(...moving, ...others).map((name) => ({ name })),
    fc.constantFrom(...'edrcvpsgjkG/? yna日').map((text) => ({ text })),
  ),
  { maxLength: 30 },
)
const sizes = fc.record({
  columns: fc.integer({ min: 1, max: 260 }),
  rows: fc.integer({ min: 1, max: 70 }),
})

test('whatever happens at whatever size, there are as many lines as rows, and none is too wide', () => {
  fc.assert(
    fc.property(
      ...[sizes, sizes, someAccounts, someEntries, someKeys],
      (size, later, accounts, entries, keys) => {
        const screen = new GivenScreen(size).shows(accounts, [proxy, proxy]).logs(...entries)
        for (const key of keys) screen.send({ type: 'key', key, now: 0 })
        for (const { columns, rows } of [size, later]) {
          screen.send({ type: 'resize', columns, rows })
          for (const unicode of [true, false]) {
            const frame = renderFrame(screen.state, { unicode })
            expect(frame).toHaveLength(rows)
            for (const line of frame) expect(lineWidth(line)).toBeLessThanOrEqual(columns)
          }
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('whatever names and messages hold, no control character reaches the terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const hostile = `\u001b[2J${text}`
      const groups = [hostile]
      const cooling = account('a', { groups, statusReason: hostile, status: 'cooling' })
      const screen = new GivenScreen({ accounts: [cooling, account('b', { groups })] })
      screen.logs(
        requestEntry({ model: hostile, message: hostile, account: hostile, outcome: hostile }),
        requestEntry({ kind: 'trouble', message: hostile }),
      )
      screen.send({ type: 'told', tone: 'bad', text: hostile, hint: hostile, ends: null, now: 0 })
      const shown = [...screen.lines(), ...screen.type('gg').lines(), ...screen.press('enter').lines()]
      for (const line of shown) expect(line).not.toMatch(/\p{Cc}/u)
    }),
  )
})

test('where the terminal has no UTF-8, all our own text is ASCII', () => {
  const screen = new GivenScreen({ columns: 200, rows: 40, accounts: ['a', 'b'] }).type('p')
  screen.logs(requestEntry({ attempts: 2 }), requestEntry({ kind: 'cooldown', until: null })).type(' ')
  const ascii = { unicode: false }
  const shown = [
    ...screen.lines(ascii),
    ...screen.press('enter').lines(ascii),
    ...screen.type('q?').lines(ascii),
    ...screen.type('q/').lines(ascii),
  ]
  // eslint-disable-next-line no-control-regex -- ASCII begins with control characters
  for (const line of shown) expect(line).toMatch(/^[\x00-\x7f]*$/)
})

test('without colours a painted line is its plain text; with them it takes as many cells', () => {
  const frame = renderFrame(new GivenScreen({ accounts: ['a'] }).state, { unicode: true })
  const plain = paletteFor({ isTTY: true }, { NO_COLOR: '1' })
  const coloured = paletteFor({ isTTY: true }, { TERM: 'xterm' })
  for (const line of frame) {
    expect(paintLine(line, plain)).toBe(joinLine(line))
    expect(textWidth(paintLine(line, coloured))).toBe(lineWidth(line))
  }
  expect(frame.map((line) => paintLine(line, coloured)).join('')).toContain('\u001b[32mready')
})

test('when the terminal is wide, more is shown; when it is narrow, the least important goes first', () => {
  const over = { statusReason: 'it rests', availableAt: timeAt(42_000) }
  const accounts = [account('a', { status: 'cooling', ...over })]
  const head = (columns: number) =>
    (new GivenScreen({ columns, accounts }).lines().find((line) => line.includes('ACCOUNT')) ?? '')
      .trim()
      .replaceAll(/ {2,}/g, ', ')
  expect(head(200)).toBe(
    'ACCOUNT, STATUS, LIMIT, USED, LEFT, RESETS, RUNS OUT, TODAY, IN, OUT, COST, USED LAST, WHY',
  )
  expect(head(74)).toBe('ACCOUNT, STATUS, LIMIT, USED, LEFT, RESETS, TODAY')
  expect(head(60)).toBe('ACCOUNT, STATUS, USED, LEFT, RESETS, TODAY')
  expect(head(36)).toBe('ACCOUNT, STATUS, LEFT')
  expect(new GivenScreen({ accounts }).text()).toContain('cooling 42s')
  expect(new GivenScreen({ accounts }).text()).toContain('it rests · back in 42s')
})

test('when a limit runs out before it resets, the list, the line below it and the page say when', () => {
  const forecast = { exhaustsAt: timeAt(7_200_000), earliest: null, latest: null, perHour: 9 }
  const accounts = [account('a', { limits: [limit({ used: 50, forecast })] })]
  const screen = new GivenScreen({ columns: 140, accounts })
  expect(screen.text()).toMatch(/RUNS OUT[^\n]*\n[^\n]* 2h /)
  expect(screen.text()).toContain('runs out in 2h at this pace')
  expect(screen.press('enter').text()).toContain('runs out in 2h')
})

test('when an account waits for a person, the list and the page show the whole command, however long the reason', () => {
  const fix = 'qwenctl accounts set custom/bad --key-stdin'
  const statusReason = `its key is refused (${'the provider says more than a line holds. '.repeat(9)})`
  const screen = new GivenScreen({ accounts: [account('bad', { status: 'key-refused', statusReason, fix })] })
  expect(screen.text()).toMatch(
    / {3}its key is refused \(.*… · qwenctl accounts set custom\/bad --key-stdin$/m,
  )
  expect(screen.press('enter').text()).toMatch(/to fix it +qwenctl accounts set custom\/bad --key-stdin$/m)
})

test('the page of an account shows what the provider counts, and the part that was used elsewhere', () => {
  const window = {
    name: 'key limit',
    metric: 'usd' as const,
    window: 'month',
    max: 10,
    used: 2.5,
    elsewhere: 1.5,
    remaining: 7.5,
    percent: 25,
    resetsAt: null,
  }
  const accounts = [account('a', { plan: { at: timeAt(-60_000), windows: [window] } })]
  const page = new GivenScreen({ columns: 140, accounts }).press('enter').text()
  expect(page).toMatch(
    /as the provider counts, 1m ago[^]*key limit 2\.5 of 10 usd used, 1\.5 of it elsewhere/,
  )
})

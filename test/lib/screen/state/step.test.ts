import { describe, expect, test } from 'vitest'
import { MOST_LINES } from '../../../../src/lib/screen/state/request-log.ts'
import { account, GivenScreen, limit, NOW, requestEntry, timeAt } from '../given-state.ts'

describe('the marker', () => {
  test('when nothing was pressed, it stands on the first account', () => {
    expect(new GivenScreen({ accounts: ['a', 'b'] }).listed()).toEqual(['>a', 'b'])
  })

  test('when arrows and letters move it, it stops at both ends', () => {
    const screen = new GivenScreen({ accounts: ['a', 'b', 'c'] })
    expect(screen.press('down', 'down', 'down').listed()).toEqual(['a', 'b', '>c'])
    expect(screen.type('k').listed()).toEqual(['a', '>b', 'c'])
    expect(screen.press('home', 'up').listed()).toEqual(['>a', 'b', 'c'])
    expect(screen.type('jG').listed()).toEqual(['a', 'b', '>c'])
  })

  test('when the list is longer than its pane, the window follows the marker by lines and pages', () => {
    const names = Array.from({ length: 300 }, (_, index) => `n${index}`)
    const screen = new GivenScreen({ accounts: names })
    expect(screen.listed()[0]).toBe('>n0')
    expect(screen.press('end').listed().at(-1)).toBe('>n299')
    expect(screen.text()).toContain('–300 of 300')
    const page = screen.listed().length - 1
    expect(screen.press('page-up').listed()).toContain(`>n${299 - page}`)
  })

  test('when other accounts come, it stays on its own; when its own goes, it keeps the place', () => {
    const screen = new GivenScreen({ accounts: ['a', 'b', 'c'] }).press('down')
    expect(screen.shows(['new', 'a', 'b', 'c']).listed()).toEqual(['new', 'a', '>b', 'c'])
    expect(screen.shows(['new', 'a', 'c']).listed()).toEqual(['new', 'a', '>c'])
    expect(screen.shows([]).listed()).toEqual([])
    expect(screen.shows(['z']).listed()).toEqual(['>z'])
  })
})

describe('what is done to an account', () => {
  test('when it is disabled, e asks for it to be enabled at once', () => {
    const off = account('a', { enabled: false, status: 'disabled' })
    const screen = new GivenScreen({ accounts: [off] }).type('e')
    expect(screen.wishes).toEqual([{ kind: 'enable', id: 'acc_a', name: 'acme/a' }])
    expect(screen.text()).toContain('enabling acme/a …')
  })

  test.each([
    ['d', 'disable', 'Disable acme/a?'],
    ['r', 'reset', 'Reset the counters of acme/a to zero?'],
  ] as const)('when %s is pressed, it asks first, and only y is a yes', (key, kind, question) => {
    const screen = new GivenScreen({ accounts: ['a', 'b'] }).type(key)
    expect(screen.text()).toContain(question)
    screen.type('x').press('down')
    expect(screen.wishes).toEqual([])
    expect(screen.type('y').wishes).toEqual([{ kind, id: 'acc_a', name: 'acme/a' }])
    expect(screen.state.mode).toEqual({ kind: 'list' })
  })

  test.each(['n', 'q'])('when the answer is %s, nothing is done', (answer) => {
    const screen = new GivenScreen({ accounts: ['a'] }).type(`d${answer}`)
    expect(screen.wishes).toEqual([])
    expect(screen.text()).toContain('nothing was changed')
  })

  test('when enter or escape is the answer, nothing is done either', () => {
    const screen = new GivenScreen({ accounts: ['a'] }).type('d').press('enter').type('r').press('escape')
    expect(screen.wishes).toEqual([])
  })

  test('when the list changes while it asks, the answer is for the account that was named', () => {
    const screen = new GivenScreen({ accounts: ['a', 'b'] }).type('d')
    expect(screen.shows(['b']).type('y').wishes).toMatchObject([{ id: 'acc_a' }])
  })

  test('when there is nothing to do, it says so and wishes nothing', () => {
    const off = account('b', { enabled: false, status: 'disabled' })
    const screen = new GivenScreen({ accounts: [account('a'), off] })
    expect(screen.type('e').text()).toContain('acme/a is enabled already')
    expect(screen.type('c').text()).toContain('acme/a has no cooldown')
    expect(screen.type('jd').text()).toContain('acme/b is disabled already')
    expect(screen.wishes).toEqual([])
  })

  test('when it cools, c ends that', () => {
    const cooldown = {
      model: null,
      scope: 'account' as const,
      reason: 'rate-short',
      words: 'rate limited by the provider',
      evidence: null,
    }
    const cooling = account('a', { cooldowns: [{ ...cooldown, since: timeAt(0), until: timeAt(5000) }] })
    expect(new GivenScreen({ accounts: [cooling] }).type('c').wishes).toMatchObject([{ kind: 'clear' }])
  })

  test('when it is done, what came of it is said in place of what was under way; later that goes too', () => {
    const screen = new GivenScreen({ accounts: ['a'] }).type('v')
    const told = { type: 'told' as const, tone: 'good' as const, hint: null, now: NOW }
    screen.send({ ...told, text: 'it is fine', ends: 'asking the provider of acme/a' })
    expect(screen.text()).toContain('it is fine')
    expect(screen.state.busy).toEqual([])
    screen.send({ type: 'quota', quota: screen.state.quota as never, proxies: [], now: NOW + 13_000 })
    expect(screen.text()).not.toContain('it is fine')
  })

  test('when an error has a hint, both are shown', () => {
    const screen = new GivenScreen({ accounts: ['a'] })
    screen.send({ type: 'told', tone: 'bad', text: 'it is locked', hint: 'try again', ends: null, now: NOW })
    expect(screen.text()).toContain('it is locked  try again')
    screen.send({ type: 'resize', columns: 24, rows: 24 })
    expect(screen.lines().at(-2)).toMatch(/^ it is locked {2}try/)
    expect(screen.lines().at(-1)).toBe(' try again')
    expect(screen.press('escape').lines().at(-1)).toContain('q quit')
  })

  test('when there is no account, letters do nothing and a adds one', () => {
    const screen = new GivenScreen().shows([]).type('edrcvp').press('enter')
    expect(screen.wishes).toEqual([])
    expect(screen.text()).toContain('no accounts yet: press a to add one')
    expect(screen.type('a').wishes).toEqual([{ kind: 'add' }])
  })
})

describe('the view', () => {
  test('when a filter is typed, the list follows; enter keeps it, escape takes it back', () => {
    const screen = new GivenScreen({ accounts: [account('red'), account('blue', { groups: ['night'] })] })
    expect(screen.type('/NIGHT').listed()).toEqual(['>blue'])
    expect(screen.press('enter').text()).toContain('/NIGHT · 1 of 2')
    expect(screen.type('/x').press('escape').listed()).toEqual(['>blue'])
    expect(screen.press('escape').listed()).toEqual(['red', '>blue'])
    expect(screen.type('/zzz').text()).toContain('no account matches "zzz"')
    expect(screen.press('ctrl-u').type('bluX').press('backspace').listed()).toHaveLength(1)
  })

  test('when something is pasted, it is a filter where one is typed, and never a key', () => {
    const screen = new GivenScreen({ accounts: ['a', 'b'] }).send({ type: 'paste', text: 'dy' })
    expect(screen.wishes).toEqual([])
    expect(screen.state.mode.kind).toBe('list')
    expect(screen.type('/').send({ type: 'paste', text: 'acme/b\n' }).listed()).toEqual(['>b'])
  })

  test('when s is pressed, it sorts by name, by what is left, by use, by last use, and as added again', () => {
    const accounts = [
      account('b', { limits: [limit({ used: 10 })], lastUsedAt: timeAt(-5) }),
      account('a', { limits: [limit({ used: 90 }), limit({ window: 'minute', used: 1 })] }),
      account('c', { today: { ...account('c').today, requests: 9 }, limits: [] }),
    ]
    const screen = new GivenScreen({ accounts })
    const order = () => screen.type('s').listed().join('').replace('>', '')
    expect([order(), order(), order(), order(), order()]).toEqual(['abc', 'abc', 'cba', 'bac', 'bac'])
  })

  test('when g is pressed, accounts stand below the name of what they share', () => {
    const accounts = [account('a'), account('b', { provider: 'other', status: 'exhausted' }), account('c')]
    const screen = new GivenScreen({ accounts }).type('g')
    expect(screen.listed()).toEqual(['>a', 'c', 'b'])
    expect(screen.text()).toContain(' acme  2 of 2 ready')
    expect(screen.text()).toContain(' other  0 of 1 ready')
  })

  test('when one is pinned, it stays on top whatever the order is; again, it goes back', () => {
    const screen = new GivenScreen({ accounts: ['a', 'b', 'c'] }).type('jjp')
    expect(screen.listed()).toEqual(['>c', 'a', 'b'])
    expect(screen.type('s').listed()[0]).toBe('>c')
    expect(screen.type('ssssp').listed()).toEqual(['a', 'b', '>c'])
  })

  test('when enter is pressed, all about the account is shown; arrows go to the next, escape closes', () => {
    const cooldown = {
      scope: 'account' as const,
      reason: 'rate-short',
      words: 'rate limited by the provider',
      evidence: 'slow',
      since: timeAt(0),
    }
    const tokens = limit({ metric: 'tokens', window: 'week', max: 5000, used: 10, reserved: 2 })
    const first = account('a', {
      limits: [limit(), tokens],
      cooldowns: [{ ...cooldown, model: 'm9', until: null }],
    })
    const screen = new GivenScreen({ accounts: [first, account('b')], columns: 120, rows: 40 })
    const page = screen.logs(requestEntry()).press('enter').text()
    for (const words of [
      '── acme/a ',
      'tokens/week',
      '2 in flight',
      'model m9 · rate limited · until you act',
    ])
      expect(page).toContain(words)
    expect(page).toContain('answered 200  m1  48ms')
    expect(screen.press('right').text()).toContain('── acme/b ')
    expect(screen.press('escape').listed()).toEqual(['a', '>b'])
  })

  test('when a page is longer than the screen, it scrolls to its end and no further', () => {
    const screen = new GivenScreen({ rows: 12 }).type('?')
    const end = screen.press('end').text()
    expect(end).toContain('q, ctrl-c')
    expect(screen.press('down', 'page-down').text()).toBe(end)
    expect(screen.press('home').text()).toContain('moving')
    expect(screen.type('q').state.mode.kind).toBe('list')
  })

  test('when control keys are pressed, they mean the same everywhere', () => {
    const screen = new GivenScreen({ accounts: ['a'] }).press('ctrl-z').type('/').press('ctrl-l', 'ctrl-c')
    expect(screen.wishes).toEqual([{ kind: 'stop' }, { kind: 'redraw' }, { kind: 'quit', exit: 130 }])
    expect(new GivenScreen().type('q').wishes).toEqual([{ kind: 'quit', exit: 0 }])
  })
})

describe('the requests', () => {
  test('when they come, the newest is at the bottom and the rate counts the last minute', () => {
    const screen = new GivenScreen({ accounts: ['a'] })
    screen.logs(requestEntry({ model: 'old', time: timeAt(-70_000) }), requestEntry({ model: 'new' }))
    expect(screen.text()).toContain('1 req/min')
    expect(screen.text()).toMatch(/old[^\n]*\n[^\n]*new/)
  })

  test('when they are held, new ones wait until they continue', () => {
    const screen = new GivenScreen({ accounts: ['a'] }).logs(requestEntry({ model: 'first' })).type(' ')
    screen.logs(requestEntry({ model: 'second' }))
    expect(screen.text()).toContain('held, 1 new, space continues')
    expect(screen.text()).not.toContain('second')
    expect(screen.type(' ').text()).toContain('second')
  })

  test('when the marker goes up in them, they are held; end follows them again', () => {
    const screen = new GivenScreen({ accounts: ['a'] })
    screen.logs(...['r1', 'r2', 'r3'].map((requestId) => requestEntry({ requestId })))
    screen.press('tab', 'up', 'enter')
    expect(screen.text()).toContain('r2')
    expect(screen.press('left').text()).toContain('r1')
    screen.press('escape', 'end').logs(requestEntry({ model: 'fresh' }))
    expect(screen.text()).toContain('fresh')
  })

  test('when one was served by the second account that was asked, it says so', () => {
    const tried = ['acme/b rate-short', 'acme/a ok']
    const screen = new GivenScreen({ accounts: ['a'], columns: 140 })
    screen.logs(requestEntry({ attempts: 2, tried }))
    expect(screen.text()).toMatch(/×2 answered.*acme\/b rate limited/)
  })

  test('when a filter stands, only matching ones are shown', () => {
    const screen = new GivenScreen({ accounts: ['a'] })
    screen.logs(requestEntry({ model: 'gpt' }), requestEntry({ model: 'qwen3' })).type('/qwen3')
    expect(screen.text()).toMatch(/qwen3 .*answered/)
    expect(screen.text()).not.toContain('gpt')
  })

  test('when they are of another user than is meant, they are not shown', () => {
    const screen = new GivenScreen({ accounts: ['a'] })
    screen.state = { ...screen.state, facts: { ...screen.state.facts, user: 'alice' } }
    screen.logs(
      requestEntry({ model: 'mine', user: 'alice' }),
      requestEntry({ model: 'theirs', user: 'bob' }),
    )
    expect(screen.text()).toContain('mine')
    expect(screen.text()).not.toContain('theirs')
  })

  test('when a proxy serves all day, only the last lines are kept', () => {
    const screen = new GivenScreen({ accounts: ['a'] })
    for (let round = 0; round < 5; round += 1) {
      const ids = Array.from({ length: 400 }, (_, index) => `${round}-${index}`)
      screen.logs(...ids.map((requestId) => requestEntry({ requestId })))
    }
    expect(screen.state.log.lines).toHaveLength(MOST_LINES)
    expect(screen.state.log.lines.at(-1)).toMatchObject({ requestId: '4-399' })
  })

  test('when the settings keep requests out of the log, it says how to change that', () => {
    const screen = new GivenScreen({ accounts: ['a'] }).send({ type: 'logging', isLogged: false })
    expect(screen.text()).toContain('qwenctl config set logs.level info')
    expect(screen.text()).not.toContain('req/min')
  })
})

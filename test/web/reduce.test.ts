import { expect, test } from 'vitest'
import { MOST_LIVE, reduce } from '../../web/src/state/reduce.ts'
import type { Action } from '../../web/src/state/action.ts'
import { initialState } from '../../web/src/state/state.ts'
import type { State } from '../../web/src/state/state.ts'
import { threeAccounts } from '../support/servers/fake-api-data.ts'

const now = Date.parse('2026-11-22T10:00:00.000Z')

function after(actions: Action[], state: State = initialState): State {
  return actions.reduce(reduce, state)
}

function listed(): State {
  return after([{ type: 'filled', list: 'accounts', value: threeAccounts(now) }])
}

test('a quota event changes the accounts that it names, and leaves the others the same objects', () => {
  const before = listed()
  const [work, team, spare] = before.accounts.value ?? []
  if (work === undefined) throw new Error('no account')
  const state = reduce(before, { type: 'quota', accounts: [{ ...work, status: 'exhausted' }] })
  expect(state.accounts.value?.[0]).toMatchObject({ status: 'exhausted', auth: work.auth })
  expect(state.accounts.value?.[1]).toBe(team)
  expect(state.accounts.value?.[2]).toBe(spare)
})

test('a quota event about accounts that are not shown changes nothing', () => {
  const before = listed()
  const [work] = before.accounts.value ?? []
  if (work === undefined) throw new Error('no account')
  expect(reduce(before, { type: 'quota', accounts: [{ ...work, id: 'acc_other' }] })).toBe(before)
})

test('an account that is new is added, one that is known is replaced, one that is gone is taken out', () => {
  const before = listed()
  const [work] = before.accounts.value ?? []
  if (work === undefined) throw new Error('no account')
  const added = reduce(before, { type: 'account', account: { ...work, id: 'acc_new', name: 'new' } })
  expect(added.accounts.value).toHaveLength(4)
  const renamed = reduce(added, { type: 'account', account: { ...work, name: 'office' } })
  expect(renamed.accounts.value?.map(({ name }) => name)).toEqual(['office', 'team', 'spare', 'new'])
  const gone = reduce(renamed, { type: 'account-gone', id: 'acc_new' })
  expect(gone.accounts.value).toHaveLength(3)
})

test('when reading a list fails, what was there before stays to be seen', () => {
  const error = { code: 'offline', message: 'the proxy does not answer' }
  const state = after([{ type: 'load-failed', list: 'accounts', error }], listed())
  expect(state.accounts).toMatchObject({ error, isLoading: false })
  expect(state.accounts.value).toHaveLength(3)
})

test('requests of the log come once, below what arrived since', () => {
  const line = (requestId: string) => ({ time: '', kind: 'request', requestId })
  const { live } = after([
    { type: 'log', lines: [line('c'), line('d')] },
    { type: 'past', lines: [line('d'), line('c'), line('b'), line('a')] },
    { type: 'log', lines: [line('b'), line('e')] },
  ])
  expect(live.hasPast).toBe(true)
  expect(live.entries.map((entry) => entry.line.requestId)).toEqual(['e', 'd', 'c', 'b', 'a'])
  expect(new Set(live.entries.map(({ number }) => number)).size).toBe(5)
  expect(after([{ type: 'clear-live' }], { ...initialState, live }).live).toMatchObject({
    entries: [],
    hasPast: true,
  })
})

test('what happened is kept newest first, and no more of it than can be read', () => {
  const line = (requestId: string) => ({ time: '', kind: 'request', requestId })
  const many = Array.from({ length: MOST_LIVE }, (_, index) => line(`r${index}`))
  const { live } = after([
    { type: 'log', lines: many },
    { type: 'log', lines: [line('a'), line('b')] },
  ])
  expect(live.entries).toHaveLength(MOST_LIVE)
  expect(live.entries.slice(0, 3).map(({ line }) => line.requestId)).toEqual(['b', 'a', `r${MOST_LIVE - 1}`])
  expect(new Set(live.entries.map(({ number }) => number)).size).toBe(MOST_LIVE)
})

test('while paused the list stands still, and resuming shows what was missed', () => {
  const line = (requestId: string) => ({ time: '', kind: 'request', requestId })
  const paused = after([
    { type: 'log', lines: [line('a')] },
    { type: 'pause', isPaused: true },
    { type: 'log', lines: [line('b')] },
  ])
  expect(paused.live.entries.map(({ line }) => line.requestId)).toEqual(['a'])
  expect(paused.live.held).toHaveLength(1)
  const resumed = reduce(paused, { type: 'pause', isPaused: false })
  expect(resumed.live.entries.map(({ line }) => line.requestId)).toEqual(['b', 'a'])
  expect(resumed.live.held).toEqual([])
})

test('the time since which the proxy is silent stays the first, however often it is tried', () => {
  const state = after([
    { type: 'connected' },
    { type: 'lost', at: 10, retryAt: 11 },
    { type: 'lost', at: 20, retryAt: 22 },
  ])
  expect(state.link).toEqual({ status: 'offline', since: 10, retryAt: 22 })
  expect(reduce(state, { type: 'connected' }).link).toEqual({ status: 'live' })
})

test('signing out forgets everything that was seen', () => {
  const state = after([{ type: 'signed-out', reason: 'The session has ended.' }], listed())
  expect(state).toEqual({
    ...initialState,
    session: { status: 'out', isChecking: false, reason: 'The session has ended.' },
  })
})

test('messages are few, the newest last', () => {
  const toasts = ['a', 'b', 'c', 'd'].map((text): Action => ({
    type: 'toast',
    toast: { tone: 'good', text, hint: null },
  }))
  const state = after(toasts)
  expect(state.toasts.map(({ text }) => text)).toEqual(['b', 'c', 'd'])
  expect(reduce(state, { type: 'toast-gone', id: 3 }).toasts.map(({ text }) => text)).toEqual(['b', 'd'])
})

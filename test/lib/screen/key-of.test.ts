import { expect, test } from 'vitest'
import { keysOf } from '../../../src/lib/screen/key-of.ts'
import type { InkKey } from '../../../src/lib/screen/key-of.ts'

const none: InkKey = {
  ...{
    upArrow: false,
    downArrow: false,
    leftArrow: false,
    rightArrow: false,
    pageDown: false,
    pageUp: false,
  },
  ...{ home: false, end: false, return: false, escape: false, ctrl: false, tab: false, backspace: false },
  ...{ delete: false, meta: false },
}

test('when a slow line brings several letters at once, each is a key', () => {
  expect(keysOf('dy', none)).toEqual([{ text: 'd' }, { text: 'y' }])
  const keys = [{ text: '/' }, { text: 'a' }, { name: 'enter' }, { name: 'backspace' }, { text: '日' }]
  expect(keysOf('/a\r\u007f日', none)).toEqual(keys)
})

test('when a key has a name, the name counts and not its bytes', () => {
  expect(keysOf('', { ...none, pageDown: true })).toEqual([{ name: 'page-down' }])
  expect(keysOf('', { ...none, delete: true })).toEqual([{ name: 'backspace' }])
  expect(keysOf('c', { ...none, ctrl: true })).toEqual([{ name: 'ctrl-c' }])
})

test('when a key means nothing here, it is none', () => {
  expect(keysOf('x', { ...none, ctrl: true })).toEqual([])
  expect(keysOf('e', { ...none, meta: true })).toEqual([])
  expect(keysOf('\u0007', none)).toEqual([])
})

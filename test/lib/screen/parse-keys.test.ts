import { expect, test } from 'vitest'
import { parseKeys } from '../../../src/lib/screen/parse-keys.ts'
import type { InkKey } from '../../../src/lib/screen/parse-keys.ts'

const none: InkKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
}

test('when a slow line brings several letters at once, each is a key', () => {
  expect(parseKeys('dy', none)).toEqual([{ text: 'd' }, { text: 'y' }])
  const keys = [{ text: '/' }, { text: 'a' }, { name: 'enter' }, { name: 'backspace' }, { text: '日' }]
  expect(parseKeys('/a\r\u007f日', none)).toEqual(keys)
})

test('when a key has a name, the name counts and not its bytes', () => {
  expect(parseKeys('', { ...none, pageDown: true })).toEqual([{ name: 'page-down' }])
  expect(parseKeys('', { ...none, delete: true })).toEqual([{ name: 'backspace' }])
  expect(parseKeys('c', { ...none, ctrl: true })).toEqual([{ name: 'ctrl-c' }])
})

test('when a key means nothing here, it is none', () => {
  expect(parseKeys('x', { ...none, ctrl: true })).toEqual([])
  expect(parseKeys('e', { ...none, meta: true })).toEqual([])
  expect(parseKeys('\u0007', none)).toEqual([])
})

import type { Key, KeyName } from './state/screen-event.ts'

/** The facts that ink reports about a key. */
export interface InkKey {
  upArrow: boolean
  downArrow: boolean
  leftArrow: boolean
  rightArrow: boolean
  pageDown: boolean
  pageUp: boolean
  home: boolean
  end: boolean
  return: boolean
  escape: boolean
  ctrl: boolean
  tab: boolean
  backspace: boolean
  delete: boolean
  meta: boolean
}

const named: [keyof InkKey, KeyName][] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  // Most terminals send this for the key above enter.
  ['delete', 'backspace'],
]

const withControl: Record<string, KeyName> = { c: 'ctrl-c', l: 'ctrl-l', u: 'ctrl-u', z: 'ctrl-z' }

/** The keys of one input: a slow connection delivers several letters at once. Unknown keys are dropped. */
export function parseKeys(input: string, key: InkKey): Key[] {
  const name = named.find(([field]) => key[field])?.[1]
  if (name !== undefined) return [{ name }]
  if (key.ctrl) {
    const control = withControl[input]
    return control === undefined ? [] : [{ name: control }]
  }
  return key.meta ? [] : [...input].flatMap(parseLetter)
}

function parseLetter(character: string): Key[] {
  if (character === '\r' || character === '\n') return [{ name: 'enter' }]
  if (character === '\u007f' || character === '\b') return [{ name: 'backspace' }]
  if (character === '\u0003') return [{ name: 'ctrl-c' }]
  return /\p{Cc}/u.test(character) ? [] : [{ text: character }]
}

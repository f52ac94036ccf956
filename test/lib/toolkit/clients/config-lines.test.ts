// Edits of YAML and dotenv files that no line alone can carry.

import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { DotenvText } from '../../../../src/lib/toolkit/clients/dotenv-text.ts'
import { YamlText } from '../../../../src/lib/toolkit/clients/yaml-text.ts'

const mine = { name: 'mine', model: 'm' }

describe('YAML', () => {
  test.each([
    ['a document with an end', 'name: x\n...\n'],
    ['an indented map', '  name: x\n  version: 1\n'],
    [
      'a text that keeps its last blank lines',
      'models:\n  - name: a\n    rules: |+\n      be brief\n\n\nlast: 1\n',
    ],
    ['such a text at the end', 'models:\n  - name: a\n    rules: |+\n      be brief\n\n\n'],
  ])('%s takes an entry and keeps its values', (_, text) => {
    const before = parse(text) as Record<string, unknown>
    const config = new YamlText('f', text)
    config.set(['models', 'mine'], mine)
    const others = (before.models ?? []) as unknown[]
    expect(parse(config.text)).toEqual({ ...before, models: [...others, mine] })
  })

  test('a list keeps the comment beside its key', () => {
    const config = new YamlText('f', 'models: # note\n  - name: mine\n    model: m\nlast: 1\n')
    config.remove(['models', 'mine'])
    expect(config.text).toBe('models: [] # note\nlast: 1\n')
  })

  test('an empty key keeps its comment', () => {
    const config = new YamlText('f', 'models: # note\nlast: 1\n')
    config.set(['models', 'mine'], mine)
    expect(config.text).toContain('# note')
    expect(parse(config.text)).toEqual({ models: [mine], last: 1 })
  })
})

describe('dotenv', () => {
  const text = 'A=1\nKEY="first\nsecond"\nB=2\n'

  test('a value of several lines is read whole', () => {
    expect(new DotenvText(text).get(['KEY'])).toBe('first\nsecond')
  })

  test('a value of several lines is replaced whole', () => {
    const config = new DotenvText(text)
    config.set(['KEY'], 'x')
    expect(config.text).toBe('A=1\nKEY=x\nB=2\n')
  })

  test('an escaped quote does not end a value', () => {
    const config = new DotenvText(String.raw`X="{\"a\":1,` + '\n' + String.raw`\"b\":2}"` + '\nB=2\n')
    config.set(['X'], 'y')
    expect(config.text).toBe('X=y\nB=2\n')
  })

  test('a value of several lines is removed whole', () => {
    const config = new DotenvText(text)
    config.remove(['KEY'])
    expect(config.text).toBe('A=1\nB=2\n')
  })
})

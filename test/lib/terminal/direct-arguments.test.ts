import { expect, test } from 'vitest'
import { directRequest } from '../../../src/lib/terminal/direct-arguments.ts'

test.each([
  ['--version', { kind: 'version' }],
  ['quota show --json', { kind: 'quota', references: [], filter: {} }],
  ['quota show --json qwen/work main', { kind: 'quota', references: ['qwen/work', 'main'], filter: {} }],
  [
    'quota show -g night --user=bob --json',
    { kind: 'quota', references: [], filter: { group: 'night', user: 'bob' } },
  ],
  // Every object has a member of this name.
  ['quota show constructor work --json', { kind: 'quota', references: ['constructor', 'work'], filter: {} }],
  ['auth list --json -p qwen', { kind: 'accounts', filter: { provider: 'qwen' } }],
])('for %s, the store alone can answer', (line, request) => {
  expect(directRequest(line.split(' '))).toEqual(request)
})

test.each([
  '--version --json',
  'quota show',
  'quota show --help --json',
  'quota show --json --watch',
  'quota show --json -gnight',
  'quota show --json --group',
  'quota show --json --group --user',
  'quota show --json --user a --user b',
  'quota show --json --json',
  'quota show --json -- work',
  'auth list --json work',
  'auth remove --json',
  '--json quota show',
])('for %s, oclif decides', (line) => {
  expect(directRequest(line.split(' '))).toBeNull()
})

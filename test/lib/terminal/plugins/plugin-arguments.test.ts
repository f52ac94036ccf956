import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withLocalPaths } from '../../../../src/lib/terminal/plugins/plugin-arguments.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

function folderWith(): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'x.tgz'), '')
  mkdirSync(join(folder, 'dir'))
  return folder
}

test.each(['./x.tgz', 'x.tgz', './dir', '../'])('a path that exists is given to npm as one: %s', (word) => {
  const folder = folderWith()
  expect(withLocalPaths(['plugins', 'install', word], folder)[2]).toBe(
    `file:${join(folder, word).replace(/\/$/, '')}`,
  )
})

test.each(['qwenctl-plugin-acme', 'acme/acme', '--force', 'file:/tmp/x.tgz', '@acme/plugin@1.0'])(
  'all else stays as it is: %s',
  (word) => expect(withLocalPaths(['plugins', 'install', word], folderWith())[2]).toBe(word),
)

test.each(['./missing.tgz', 'missing.tgz', '/nowhere/x.tgz', '../nowhere', 'c:/nowhere/x.tgz'])(
  'a path that leads nowhere is refused, and asked of no server: %s',
  (word) => {
    const folder = folderWith()
    expect(() => withLocalPaths(['plugins', 'install', word], folder)).toThrow(
      /there is no file or folder \//,
    )
  },
)

test('an address is no path', () => {
  const word = 'https://127.0.0.1/x.tgz'
  expect(withLocalPaths(['plugins', 'install', word], folderWith())[2]).toBe(word)
})

test.each(['plugins:install', 'plugins:add'])('the spelling %s is the same command', (command) => {
  const folder = folderWith()
  expect(withLocalPaths([command, './x.tgz'], folder)).toEqual([command, `file:${join(folder, 'x.tgz')}`])
})

test('other commands stay as they are', () => {
  expect(withLocalPaths(['exec', 'install', './x.tgz'], folderWith())[2]).toBe('./x.tgz')
})

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { bringAlong } from '../../../../src/lib/toolkit/migrate/account-data.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

function givenFolder(files: Record<string, string>): string {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

function brought(files: Record<string, string>): Record<string, string> {
  const to = temporaryFolder()
  bringAlong(givenFolder(files), to, ['sk-secret-0123456789'])
  const entries = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path.slice(to.length + 1), readFileSync(path, 'utf8')]
    }),
  )
}

test('settings, templates and keywords in config/ come to the place where jobs read them', () => {
  const files = brought({
    'config/settings.yaml': 'api_key: sk-secret-0123456789\ncity: Bandung\n',
    'config/keywords.yml': '- one\n',
    'config/templates.yaml': 'promo: hello\n',
    'config/other.yaml': 'a: 1\n',
    'media/promo/p.txt': 'picture\n',
  })
  expect(Object.keys(files).sort()).toEqual([
    'config/other.yaml',
    'keywords.yaml',
    'media/promo/p.txt',
    'settings.yaml',
    'templates.yaml',
  ])
  expect(files['settings.yaml']).toContain('city: Bandung')
  expect(files['settings.yaml']).not.toContain('sk-secret')
})

test('a file at the top is the one that counts, and the other keeps its place', () => {
  expect(
    brought({ 'settings.yaml': 'a: 1\n', 'config/settings.yaml': 'a: 2\n', 'keywords.yml': '- one\n' }),
  ).toEqual({ 'settings.yaml': 'a: 1\n', 'config/settings.yaml': 'a: 2\n', 'keywords.yaml': '- one\n' })
})

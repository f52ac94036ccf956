import { expect, test } from 'vitest'
import { plainSummary } from '../../../src/lib/terminal/help.ts'
import { runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

test.each([
  ['List installed plugins.', 'list installed plugins'],
  ['OAuth login', 'OAuth login'],
  ['MCP server.', 'MCP server'],
  ['Wait for more...', 'wait for more...'],
  ['Écrire.', 'écrire'],
  ['list', 'list'],
  ['A', 'A'],
  ['', ''],
])('the summary %j of a plugin is shown as %j', (summary, shown) => {
  expect(plainSummary(summary)).toBe(shown)
})

test('the help says that plugins can be installed, and lists every name once', async () => {
  const { stdout } = await runCommand(temporaryFolder(), ['--help'])
  expect(stdout).toMatch(/^ {2}plugins +list, install and remove plugins$/m)
  expect(stdout).toMatch(/^ {2}demo +watch failover at work, with simulated accounts$/m)
  const names = [...stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name)
  expect(names).toEqual([...new Set(names)])
})

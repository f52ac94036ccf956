import { expect, test } from 'vitest'
import { plainSummary } from '../../../src/lib/terminal/help.ts'
import type { HelpDocument } from '../../../src/lib/terminal/help-document.ts'
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

const parse = (stdout: string) => JSON.parse(stdout) as HelpDocument

test('as a document, the help lists every command and topic', async () => {
  const { exit, stdout, stderr } = await runCommand(temporaryFolder(), ['help', '--json'])
  expect([exit, stderr]).toEqual([0, ''])
  const { command, topics, commands } = parse(stdout)
  expect(command).toBeNull()
  expect(topics).toContainEqual({ name: 'quota', summary: 'what is left of every account' })
  const names = commands.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['auth add', 'quota show', 'help', 'plugins install']))
  expect(names).toEqual([...new Set(names)].sort())
})

test.each([[['help', '--json', 'quota', 'explain']], [['help', 'quota', 'explain', '--json']]])(
  'as a document, the help of a command has its flags and examples as they are typed: %j',
  async (argv) => {
    const { command, commands } = parse((await runCommand(temporaryFolder(), argv)).stdout)
    expect(command).toMatchObject({ name: 'quota explain', aliases: [], args: [] })
    expect(command!.examples).toContain('qwenctl quota explain')
    expect(command!.flags.find(({ name }) => name === 'model')).toEqual({
      name: 'model',
      char: 'm',
      type: 'option',
      value: 'MODEL',
      description: 'model as a client writes it',
      required: false,
      multiple: false,
      options: null,
    })
    expect(command!.flags.find(({ name }) => name === 'dialect')?.options).toEqual([
      'openai',
      'anthropic',
      'gemini',
    ])
    expect(commands).toEqual([])
  },
)

test('as a document, the help of a topic lists what is below it, and unknown words are an error with a hint', async () => {
  const home = temporaryFolder()
  const below = parse((await runCommand(home, ['help', 'keys', '--json'])).stdout)
  expect(below.command).toBeNull()
  expect(below.commands.map(({ name }) => name)).toContain('keys create')
  expect(below.commands.every(({ name }) => name.startsWith('keys '))).toBe(true)
  const { exit, stdout } = await runCommand(home, ['help', 'quto', 'show', '--json'])
  const { error } = JSON.parse(stdout) as { error: { code: string; hint: string } }
  expect([exit, error.code, error.hint]).toEqual([2, 'invalid_usage', 'did you mean qwenctl quota show?'])
})

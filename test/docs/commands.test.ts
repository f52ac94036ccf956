import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { commandTable } from '../../scripts/manifest.ts'
import type { CommandTable } from '../../src/lib/terminal/completion/candidates.ts'
import { allDocuments, codeIn, document, root } from './documents.ts'

let table: CommandTable

beforeAll(async () => {
  table = await commandTable(root)
})

/** The words of other services in the table of their errors name flags of other programs. */
function withoutErrorBodies(text: string): string {
  return text.replace(
    /<!-- generated:service-errors:start -->[\s\S]*?<!-- generated:service-errors:end -->/,
    '',
  )
}

/** The commands lines in a piece of code: what follows `qwenctl` up to something that ends a command. */
function commandLines(code: string): string[] {
  // Words behind ` -- ` belong to another program.
  return [...code.matchAll(/(?:^|[\s$(|])qwenctl ([^|;)#]+?)(?= -- |[|;)#]|$)/gm)].map(([, words = '']) =>
    words.trim(),
  )
}

/** The fault of the words after `qwenctl`; null: nothing. */
function findProblem(line: string): string | null {
  const words = line.split(/\s+/)
  const plain = words.slice(
    0,
    Math.max(
      0,
      words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word)),
    ) || undefined,
  )
  const isTopic = Object.hasOwn(table.topics, words[0] ?? '')
  const command = table.commands
    .filter(({ words: name }) => plain.join(' ') === name || plain.join(' ').startsWith(`${name} `))
    .sort((a, b) => b.words.length - a.words.length)[0]
  if (command === undefined) {
    if (/^(-|[A-Z<])/.test(words[0] ?? '')) return null // `qwenctl --version`, `qwenctl COMMAND`
    return isTopic && plain.length < 2 ? null : `no command: qwenctl ${line}`
  }
  const known = command.flags.flatMap(({ name, char }) => [
    `--${name}`,
    ...(char === null ? [] : [`-${char}`]),
  ])
  known.push('--help', '-h')
  const unknown = words
    .map((word) => word.split('=', 1)[0] ?? '')
    .filter(isFlag)
    .find((flag) => !known.includes(flag))
  return unknown === undefined ? null : `no flag ${unknown}: qwenctl ${line}`
}

function isFlag(word: string): boolean {
  return /^--?[a-z][a-z-]*$/.test(word)
}

test.each(allDocuments().map(({ file, text }) => [file, text]))(
  'in %s, every qwenctl command line is of a command and flags that exist',
  (_, text) => {
    const problems = codeIn(withoutErrorBodies(text)).flatMap(commandLines).map(findProblem)
    expect(problems.filter((problem) => problem !== null)).toEqual([])
  },
)

test('a command or flag that does not exist is found', () => {
  expect(findProblem('auth fly')).toBe('no command: qwenctl auth fly')
  expect(findProblem('quota show --colour')).toBe('no flag --colour: qwenctl quota show --colour')
  expect(findProblem('auth add work -p qwen --limit 2000/day')).toBeNull()
})

test('docs/reference/commands.md lists every command and flag', () => {
  const reference = document('docs/reference/commands.md')
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, { hidden?: boolean; flags: Record<string, { hidden?: boolean }> }>
  }
  for (const [id, { hidden, flags }] of Object.entries(commands)) {
    if (hidden === true) continue
    expect(reference).toContain(`\`qwenctl ${id.replaceAll(':', ' ')}`)
    for (const [name, flag] of Object.entries(flags)) {
      if (flag.hidden !== true) expect(reference).toMatch(new RegExp(`--(\\[no-\\])?${name}\\b`))
    }
  }
})

test('every flag that a document names anywhere is one of some command', () => {
  const known = new Set(table.commands.flatMap(({ flags }) => flags.map(({ name }) => name)))
  const foreign = [
    'help',
    'serve',
    'version',
    'silent',
    'model',
    'quick',
    'check',
    'only',
    'scenarios',
    'connections',
    'headless', // of Portkey's gateway
    'settings', // of Claude Code
  ]
  const nodes = [
    'no-maglev',
    'max-semi-space-size',
    'max-old-space-size',
    'optimize-for-size',
    'heap-growing-percent',
    'no-allocation-site-pretenuring',
    'single-threaded-gc',
  ]
  const simulation = ['seconds', 'home', 'seed']
  const mutation = ['sample', 'longest-test', 'constants']
  const scripts = ['accounts', 'runs', 'events', 'minutes', 'write', 'auth-type', ...mutation, ...simulation]
  for (const name of [...foreign, ...nodes, ...scripts]) known.add(name)
  for (const { file, text } of allDocuments()) {
    const named = codeIn(withoutErrorBodies(text)).flatMap((code) =>
      [...code.matchAll(/(?:^|\s)--([a-z][a-z-]*)/g)].map((match) => match[1]),
    )
    expect(
      named.filter((name) => !known.has(name ?? '')),
      file,
    ).toEqual([])
  }
})

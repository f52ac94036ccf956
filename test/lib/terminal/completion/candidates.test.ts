import { expect, test } from 'vitest'
import { complete } from '../../../../src/lib/terminal/completion/candidates.ts'
import type {
  Candidate,
  CommandTable,
  FlagEntry,
} from '../../../../src/lib/terminal/completion/candidates.ts'

const flag = (name: string, delimiter: string | null): FlagEntry => ({
  ...{ name, char: null, summary: '', takesValue: true, multiple: true, delimiter },
  options: name === 'columns' ? ['left', 'limit'] : [],
})

const table: CommandTable = {
  commands: [
    { words: 'keys create', summary: '', args: [], flags: [flag('accounts', ','), flag('columns', ',')] },
    { words: 'jobs add', summary: '', args: [], flags: [flag('account', null), flag('group', null)] },
    {
      words: 'accounts enable',
      summary: '',
      args: [{ name: 'accounts', options: [], multiple: true }],
      flags: [],
    },
  ],
  topics: {},
}

/** Two accounts in all their forms. */
const accounts: Candidate[] = ['a1', 'a2'].flatMap((name) =>
  [name, `sandbox/${name}`, `ann:sandbox/${name}`].map((value) => ({
    ...{ value, summary: '' },
    account: `ann:sandbox/${name}`,
  })),
)

async function offered(...words: string[]): Promise<string[]> {
  const { candidates } = await complete(words, table, () => Promise.resolve(accounts))
  return candidates.map(({ value }) => value)
}

test('values after a comma are offered where the command splits at commas', async () => {
  expect(await offered('keys', 'create', '--accounts', 'a1,a')).toEqual(['a1,a2', 'a1,ann:sandbox/a2'])
  expect(await offered('keys', 'create', '--accounts=a1,s')).toEqual(['--accounts=a1,sandbox/a2'])
  expect(await offered('keys', 'create', '--columns', 'left,l')).toEqual(['left,limit'])
})

test.each(['a1,', 'a1,a', 'x,'])(
  'nothing is offered for %s where a comma is a part of the value',
  async (typed) => {
    expect(await offered('jobs', 'add', '--account', typed)).toEqual([])
    expect(await offered('jobs', 'add', `--group=${typed}`)).toEqual([])
  },
)

test('an account that is given in one form is offered in none', async () => {
  const others = accounts.filter(({ account }) => account === 'ann:sandbox/a2').map(({ value }) => value)
  for (const given of ['a1', 'sandbox/a1', 'ann:sandbox/a1']) {
    const listed = await offered('keys', 'create', '--accounts', `${given},`)
    expect(listed).toEqual(others.map((value) => `${given},${value}`))
    expect(await offered('accounts', 'enable', given, '')).toEqual(others)
  }
})

test('flags of the program are offered first, and not after help', async () => {
  expect(await offered('')).toEqual(['keys', 'jobs', 'accounts', '--help', '--version'])
  expect(await offered('help', '')).toEqual(['keys', 'jobs', 'accounts'])
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseDocument, runBinary, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { startKeyChecker } from '../../support/keychain/key-checker.ts'

const ANN = 'sk-ann-0123456789abcdef'
const BOB = 'sk-bob-0123456789abcdef'

/** Ann and Bob have an account of the same name each; Bob's key is refused. */
async function givenTwoUsers(): Promise<string> {
  const home = temporaryFolder()
  const url = await startKeyChecker(ANN)
  for (const [user, key] of [
    ['ann', ANN],
    ['bob', BOB],
  ] as const) {
    const add = [
      'auth',
      'add',
      'custom/work',
      '--base-url',
      url,
      '--key-env',
      'K',
      '--no-verify',
      '--group',
      user,
    ]
    await runCommand(home, [...add, '--user', user], { K: key })
  }
  return home
}

const json = async (home: string, ...argv: string[]) =>
  parseDocument(await runCommand(home, [...argv, '--json']))

test.each([['auth list'], ['quota show'], ['accounts archived']])(
  'with --user, %s shows the accounts of that user alone',
  async (line) => {
    const home = await givenTwoUsers()
    if (line === 'accounts archived')
      await runCommand(home, ['auth', 'remove', '--provider', 'custom', '--yes'])
    for (const run of [runCommand, runBinary]) {
      const answer = await run(home, [...line.split(' '), '--user', 'ann', '--json'])
      expect(parseDocument(answer).accounts.map(({ user }) => user)).toEqual(['ann'])
      expect(answer.stdout).not.toContain('bob')
    }
  },
)

test('with --user, a name is looked for among the accounts of that user, and an id of another is not found', async () => {
  const home = await givenTwoUsers()
  expect((await json(home, 'accounts', 'show', 'work', '--user', 'bob')).account.user).toBe('bob')
  const { account } = await json(home, 'accounts', 'show', 'ann:custom/work')
  const others = [
    'accounts show',
    'accounts disable',
    'auth verify',
    'auth remove',
    'quota reset',
    'accounts default',
  ]
  for (const line of others) {
    for (const reference of [account.id, 'ann:custom/work']) {
      const yes = /remove|reset/.test(line) ? ['--yes'] : []
      const { error } = await json(home, ...line.split(' '), reference, '--user', 'bob', ...yes)
      expect(error, `${line} ${reference}`).toMatchObject({ code: 'account_not_found', exit: 3 })
    }
  }
  expect((await json(home, 'auth', 'list')).accounts).toHaveLength(2)
})

test('with --user, verify asks about the accounts of that user alone, and remove takes only theirs', async () => {
  const home = await givenTwoUsers()
  const { verifications } = await json(home, 'auth', 'verify', '--user', 'ann')
  expect(verifications).toMatchObject([{ result: 'accepted', account: { user: 'ann' } }])
  await runCommand(home, ['auth', 'remove', '--provider', 'custom', '--user', 'bob', '--yes'])
  expect((await json(home, 'auth', 'list')).accounts.map(({ user }) => user)).toEqual(['ann'])
  const purge = ['auth', 'remove', 'work', '--purge', '--user', 'ann', '--yes']
  expect(await runCommand(home, purge)).toMatchObject({ exit: 0 })
  const { accounts } = await json(home, 'accounts', 'archived')
  expect(accounts.map(({ user }) => user)).toEqual(['bob'])
})

test("a secret that is moved into another user's account does not open there, nor when the account changes its user", async () => {
  const home = await givenTwoUsers()
  const file = join(home, 'accounts.json')
  const text = readFileSync(file, 'utf8')
  const [ann = '', bob = ''] = [...text.matchAll(/"sealed": "([^"]+)"/g)].map(([, sealed]) => sealed)
  for (const forged of [text.replace(bob, ann), text.replace('"user": "ann"', '"user": "eve"')]) {
    writeFileSync(file, forged)
    const { checks } = JSON.parse((await runCommand(home, ['doctor', '--json'])).stdout) as {
      checks: { id: string; status: string; detail: string }[]
    }
    const secrets = checks.find(({ id }) => id === 'secrets')
    expect(secrets).toMatchObject({
      status: 'fail',
      detail: expect.stringMatching(/^1 of 2 do not open: (bob|eve):/),
    })
  }
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explainRows } from '../../../src/lib/terminal/quota/explain-table.ts'
import { paletteFor } from '../../../src/lib/terminal/format/color.ts'
import { openToolkit } from '../../../src/lib/toolkit/open-toolkit.ts'
import type { ExplainDocument } from '../../../src/lib/toolkit/views.ts'
import { runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const KEY = 'sk-0123456789abcdef0123456789ab'

/** A home with an account that is used up, one that cools, one for another group, and a disabled one. */
async function givenHome(): Promise<string> {
  const home = temporaryFolder()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  const add = (name: string, more: object = {}) =>
    toolkit.accounts.add({ provider: 'custom', name, secret: KEY, baseUrl: 'http://127.0.0.1:9/v1', ...more })
  const spent = await add('spent', { limits: ['2/day'] })
  const cooling = await add('cooling')
  await add('fresh', { limits: ['10/day'], priority: 1 })
  await add('night', { groups: ['night'], priority: 1 })
  await add('off')
  await toolkit.accounts.setEnabled('off', false)
  const ledger = await toolkit.ledger()
  for (let count = 0; count < 2; count++) await ledger.reserve({ account: spent.id })
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const notice = { type: 'cool', subject: cooling.id, model: 'm1', reason: 'rate-short', until } as const
  await ledger.record([{ ...notice, evidence: 'slow down' }])
  await toolkit.close()
  return home
}

async function explained(home: string, ...argv: string[]): Promise<ExplainDocument> {
  const result = await runCommand(home, ['quota', 'explain', ...argv, '--json'])
  expect(result.exit, result.stdout).toBe(0)
  return JSON.parse(result.stdout) as ExplainDocument
}

const named = ({ accounts }: ExplainDocument) =>
  Object.fromEntries(accounts.map((account) => [account.name, account]))

test('when a model is asked for, says of each account its place or what keeps it out, with the numbers', async () => {
  const home = await givenHome()
  const document = await explained(home, '--model', 'm1')
  const { spent, cooling, fresh, night, off } = named(document)
  expect(spent).toMatchObject({
    verdict: 'refused',
    place: null,
    reason: { code: 'exhausted', words: 'its limit 2/day is used up: 2 of 2 used' },
    limits: [{ used: 2, max: 2, usable: 2, isUsedUp: true, applies: true }],
  })
  expect(spent?.returnsAt).toBe(spent?.limits[0]?.resetsAt)
  expect(cooling).toMatchObject({
    reason: { code: 'cooling' },
    cooldowns: [{ model: 'm1', reason: 'rate-short', evidence: 'slow down', applies: true }],
  })
  expect(cooling?.returnsAt).toBe(cooling?.cooldowns[0]?.until)
  expect(off?.reason).toEqual({ code: 'disabled', words: 'disabled' })
  expect([fresh?.place, night?.place].sort()).toEqual([1, 2])
  expect(document.accounts.find(({ verdict }) => verdict === 'next')?.id).toBe(document.next)
  expect(document).toMatchObject({ strategy: 'priority', places: 'exact', returnsAt: null })
})

test('when another model is asked for, a cooldown of one model keeps no account out and is shown as not applying', async () => {
  const { cooling } = named(await explained(await givenHome(), '--model', 'm2'))
  expect(cooling).toMatchObject({ verdict: 'next', place: 1, cooldowns: [{ model: 'm1', applies: false }] })
})

test('when a group is asked for, the others are said not to be in it', async () => {
  const { night, fresh } = named(await explained(await givenHome(), '--group', 'night'))
  expect(night).toMatchObject({ verdict: 'next', place: 1 })
  expect(fresh?.reason).toEqual({ code: 'other-group', words: 'is not in group night' })
})

test('when the request is pinned to an account that is out, says when it returns', async () => {
  const document = await explained(await givenHome(), '--account', 'spent')
  expect(document.accounts.map(({ name }) => name)).toEqual(['spent'])
  expect(document.next).toBeNull()
  expect(document.returnsAt).toBe(document.accounts[0]?.limits[0]?.resetsAt)
})

test('when the model is an alias, its models are asked in their order', async () => {
  const home = await givenHome()
  writeFileSync(join(home, 'config.yaml'), 'aliases:\n  coder: [m1, custom/m2]\n')
  const document = await explained(home, '--model', 'coder')
  expect(document.asked.steps).toEqual([
    { provider: null, model: 'm1' },
    { provider: 'custom', model: 'm2' },
  ])
  const { cooling, fresh } = named(document)
  expect(fresh?.model).toBe('m1')
  expect(cooling).toMatchObject({ verdict: 'eligible', place: 3, model: 'm2' })
})

test('when the client speaks a format that no account does, its request is translated, but not on other routes', async () => {
  const home = await givenHome()
  const chat = named(await explained(home, '--dialect', 'anthropic', '--model', 'm2'))
  expect(chat.fresh).toMatchObject({ verdict: 'eligible', translated: true })
  const counting = named(await explained(home, '--route', '/v1/messages/count_tokens', '--model', 'm2'))
  expect(counting.fresh?.reason?.code).toBe('wrong-dialect')
})

test('when the model and the provider contradict each other, or an account does not exist, says so', async () => {
  const home = await givenHome()
  const run = async (...argv: string[]) => {
    const { exit, stdout } = await runCommand(home, ['quota', 'explain', ...argv, '--json'])
    return [exit, (JSON.parse(stdout) as { error: { code: string } }).error.code]
  }
  expect(await run('--model', 'custom/m1', '--provider', 'qwen')).toEqual([2, 'invalid_usage'])
  expect(await run('--account', 'nobody')).toEqual([3, 'account_not_found'])
})

test('with a client key, only its accounts and models count, and a key that does not exist is refused', async () => {
  const home = await givenHome()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  await toolkit.keys.create({ name: 'ci', groups: ['night'], models: ['m*'] })
  await toolkit.close()
  const document = await explained(home, '--model', 'm2', '--key', 'ci')
  const { night, fresh } = named(document)
  expect(document.asked.key).toBe('ci')
  expect(night).toMatchObject({ verdict: 'next', place: 1 })
  expect(fresh?.reason?.code).toBe('not-allowed')
  const readCode = async (...argv: string[]) => {
    const { stdout } = await runCommand(home, ['quota', 'explain', ...argv, '--json'])
    return (JSON.parse(stdout) as { error: { code: string } }).error.code
  }
  expect(await readCode('--key', 'ci', '--model', 'other')).toBe('model_not_allowed')
  expect(await readCode('--key', 'nothing')).toBe('key_not_found')
})

test('when a proxy runs, its own strategy, share, affinity and user hold, and flags beat them', async () => {
  const home = await givenHome()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  const { remove } = toolkit.proxies.register({
    pid: process.pid,
    url: 'http://127.0.0.1:9',
    host: '127.0.0.1',
    port: 9,
    accounts: 1,
    strategy: 'fill-first',
    startedAt: '2026-11-22T12:00:00.000Z',
    workers: [],
    version: null,
    user: 'ann',
    affinity: false,
    reserve: '30%',
  })
  const inForce = await explained(home)
  const asked = await explained(home, '--strategy', 'least-used', '--reserve', '10%')
  remove()
  await toolkit.close()
  expect(inForce).toMatchObject({
    strategy: 'fill-first',
    affinity: false,
    reserve: 30,
    asked: { user: 'ann' },
  })
  expect(asked).toMatchObject({ strategy: 'least-used', reserve: 10 })
})

test('when no account is known to have the model, says so and names the nearest', async () => {
  const home = temporaryFolder()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  const baseUrl = 'http://127.0.0.1:9/v1'
  await toolkit.accounts.add({ provider: 'custom', name: 'a', secret: KEY, baseUrl, models: ['coder-large'] })
  await toolkit.close()
  expect(await explained(home, '--model', 'coder-large')).toMatchObject({ unknownModel: null })
  const unknown = await explained(home, '--model', 'coder-lagre')
  expect(unknown.unknownModel).toEqual({ model: 'coder-lagre', near: ['coder-large'] })
  const { stderr } = await runCommand(home, ['quota', 'explain', '-m', 'coder-lagre'])
  expect(stderr).toContain('No account is known to have the model coder-lagre. Did you mean coder-large?')
})

test('in words, places come first and refusals after, with the first to return on top', async () => {
  const { stdout, stderr, exit } = await runCommand(await givenHome(), ['quota', 'explain', '-m', 'm1'])
  expect(exit).toBe(0)
  const lines = stdout.trim().split('\n')
  expect(lines[0]).toMatch(/^PLACE\s+ACCOUNT\s+VERDICT\s+BACK IN\s+WHY$/)
  expect(lines[1]).toMatch(/^\s+1\s+custom\/(night|fresh)\s+next/)
  expect(stdout).toMatch(/custom\/spent\s+refused\s+.*its limit 2\/day is used up: 2 of 2 used/)
  expect(lines.at(-1)).toMatch(/custom\/off\s+refused\s+disabled/)
  expect(stderr).toContain('Strategy priority.')
})

test('on a narrow terminal the reasons are cut, and control characters never reach it', async () => {
  const document = await explained(await givenHome(), '--model', 'm1')
  const evil = document.accounts.map((account) =>
    account.reason === null
      ? account
      : { ...account, reason: { code: 'cooling', words: `\u001b[2J${'x'.repeat(200)}` } },
  )
  const look = { palette: paletteFor({}, {}), unicode: true, columns: 70 }
  for (const row of explainRows({ ...document, accounts: evil }, look)) {
    expect(row.join('')).not.toContain('\u001b')
    expect(row.at(-1)?.length).toBeLessThan(60)
  }
})

test('without accounts, says how to add one', async () => {
  const { stderr } = await runCommand(temporaryFolder(), ['quota', 'explain'])
  expect(stderr).toContain('qwenctl auth add')
})

test('when no format is said, the request is a chat completion: accounts that speak it come first, the others in translation', async () => {
  const home = temporaryFolder()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  const baseUrl = 'http://127.0.0.1:9/v1'
  await toolkit.accounts.add({ provider: 'anthropic', name: 'claude', secret: KEY, baseUrl })
  await toolkit.accounts.add({ provider: 'custom', name: 'gpt', secret: KEY, baseUrl })
  await toolkit.close()
  const chat = await explained(home, '--model', 'm1')
  expect(chat.asked.dialect).toBe('openai')
  expect(named(chat).gpt).toMatchObject({ verdict: 'next', translated: false })
  expect(named(chat).claude).toMatchObject({ place: 2, translated: true })
  const messages = await explained(home, '--model', 'm1', '--route', '/v1/messages')
  expect(named(messages).claude).toMatchObject({ verdict: 'next', translated: false })
})

/** A home with a small account of which little is left, and a large one behind it. */
async function givenBudgets(): Promise<string> {
  const home = temporaryFolder()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  const add = (name: string, limit: string, priority: number) =>
    toolkit.accounts.add({
      provider: 'custom',
      name,
      secret: KEY,
      baseUrl: 'http://127.0.0.1:9/v1',
      limits: [limit],
      priority,
    })
  const small = await add('small', '10000tokens/day', 0)
  await add('large', '500000tokens/day', 1)
  const ledger = await toolkit.ledger()
  const reservation = await ledger.reserve({ account: small.id })
  ledger.settle(reservation!, { outcome: 'ok', inputTokens: 9000, outputTokens: 0 })
  await toolkit.close()
  return home
}

test('when a request is larger than what is left, says how much it needs, and names the account that has room', async () => {
  const home = await givenBudgets()
  const { small, large } = named(await explained(home, '--input-tokens', '2000', '--max-tokens', '500'))
  expect(small).toMatchObject({
    verdict: 'refused',
    reason: {
      code: 'too-little-left',
      words: 'this request may use 2256 of its limit 10000tokens/day, and 1000 is left',
    },
  })
  expect(small?.returnsAt).toBe(small?.limits[0]?.resetsAt)
  expect(large).toMatchObject({ verdict: 'next', maxTokens: null })
})

test('when the rest is enough for a shorter answer, says to how many tokens the answer is bounded', async () => {
  const { small } = named(
    await explained(await givenBudgets(), '--input-tokens', '200', '--max-tokens', '5000'),
  )
  expect(small).toMatchObject({ verdict: 'next', maxTokens: 800 })
})

test('when no size is given, what is left alone decides', async () => {
  const document = await explained(await givenBudgets())
  expect(document.asked.size).toBeNull()
  expect(named(document).small).toMatchObject({ verdict: 'next', maxTokens: null })
})

test('reads the size and the model of a whole request from a file', async () => {
  const home = await givenBudgets()
  const file = join(home, 'body.json')
  const content = 'word '.repeat(2000)
  const body = { model: 'm7', max_tokens: 300, messages: [{ role: 'user', content }] }
  writeFileSync(file, JSON.stringify(body))
  const document = await explained(home, '--request', file)
  expect(document.asked).toMatchObject({ model: 'm7', size: { outputTokens: 300, answers: 1 } })
  expect(document.asked.size!.inputTokens).toBeGreaterThan(2000)
  expect(named(document)).toMatchObject({ small: { verdict: 'refused' }, large: { verdict: 'next' } })
})

test.each([
  ['there is no such file', null],
  ['the file holds no JSON', 'hello'],
  ['the file holds no object', '[1]'],
])('refuses a request file, and names it, when %s', async (_name, text) => {
  const home = await givenBudgets()
  const file = join(home, 'body.json')
  if (text !== null) writeFileSync(file, text)
  const { exit, stdout } = await runCommand(home, ['quota', 'explain', '--request', file, '--json'])
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string } }
  expect([exit, error.code]).toEqual([2, 'invalid_value'])
  expect(error.message).toContain(file)
})

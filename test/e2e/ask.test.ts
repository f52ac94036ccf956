// `ask` as people use it: the built command, with and without a proxy that runs over the same home.

import { expect, test } from 'vitest'
import { runBinary, runCommand } from '../support/cli.ts'
import { chat, givenUpstream, json } from '../support/servers/fake-upstream.ts'
import { parseError, givenHome, listKeyNames, startedProxy } from './proxy/proxy-process.ts'

const sandbox = [
  { name: 'play', provider: 'sandbox', limits: ['9/day'] },
  { name: 'other', provider: 'sandbox' },
]

interface Asked {
  model: string
  text: string
  account: string
  attempts: number
}

test('the answer is on stdout, its account on stderr; it is counted, and no key stays', async () => {
  const home = await givenHome(sandbox)
  const whole = await runBinary(home, ['ask', 'sandbox-small', 'hello', '--account', 'play'])
  expect(whole).toMatchObject({ exit: 0, stderr: 'play answered with sandbox-small.\n' })
  expect(whole.stdout.trim()).not.toBe('')
  const streamed = await runBinary(home, ['ask', 'sandbox-small', 'hello', '--account', 'play', '--stream'])
  expect(streamed).toMatchObject({ exit: 0, stdout: expect.stringMatching(/\S.*\n$/s) as string })
  const asJson = await runBinary(home, ['ask', '-p', 'sandbox', '--json'], { stdin: 'hello\n' })
  const asked = JSON.parse(asJson.stdout) as Asked
  expect(asked).toMatchObject({ model: expect.stringContaining('sandbox') as string, attempts: 1 })
  expect(asked.text).not.toBe('')
  const quota = await runCommand(home, ['quota', 'show', 'play', '--json'])
  const { accounts } = JSON.parse(quota.stdout) as { accounts: { limits: { used: number }[] }[] }
  expect(accounts[0]?.limits[0]?.used).toBeGreaterThanOrEqual(2)
  expect(await listKeyNames(home)).toEqual([])
})

test('beside a proxy that asks for keys it needs none, and the word before piped text is the model', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const home = await givenHome([{ name: 'a' }], upstream.baseUrl)
  await startedProxy(home)
  await runCommand(home, ['keys', 'create', 'ci'])
  const result = await runBinary(home, ['ask', 'm1', '--json'], { stdin: 'what is this?\n' })
  expect(result).toMatchObject({ exit: 0 })
  expect(JSON.parse(result.stdout)).toMatchObject({ model: 'm1', account: 'a' })
  expect(String(upstream.requests.at(-1)?.body)).toContain('what is this?')
})

test('what the pool refuses has its code and exit code', async () => {
  const upstream = await givenUpstream()
  upstream.always(json(401, { error: { message: 'wrong key', code: 'invalid_api_key' } }))
  const home = await givenHome([{ name: 'a' }], upstream.baseUrl)
  expect((await runBinary(home, ['ask', 'm1', 'hi', '--json'])).exit).not.toBe(0)
  const empty = await givenHome()
  const none = await runBinary(empty, ['ask', 'm1', 'hi', '--json'])
  expect(parseError(none)).toMatchObject({ code: 'no_accounts', exit: 4 })
  // The hint says it; the message does not repeat it.
  expect(parseError(none).message).not.toContain('auth add')
  const unknown = await runBinary(home, ['ask', 'm1', 'hi', '--account', 'nobody', '--json'])
  expect(parseError(unknown)).toMatchObject({ code: 'account_not_found', exit: 3 })
  expect(parseError(await runBinary(home, ['ask', '--json']))).toMatchObject({
    code: 'missing_answer',
    exit: 2,
  })
  expect(await listKeyNames(empty)).toEqual([])
})

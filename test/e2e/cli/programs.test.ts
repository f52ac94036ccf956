// `exec` and `env` as people use them: the built command, a proxy in a process of its own, a program that asks it.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { binary, cleanEnv, runBinary, runCommand } from '../../support/cli.ts'
import { chat, givenUpstream } from '../../support/servers/fake-upstream.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { givenHome, listKeyNames, shareProxy, startedProxy } from '../proxy/proxy-process.ts'

/** Asks as any client would, with nothing but its variables; prints the account that served it. */
const PROGRAM = `
  const { OPENAI_BASE_URL, OPENAI_API_KEY, ANTHROPIC_BASE_URL } = process.env
  const ask = async (left) => {
    const reply = await fetch(OPENAI_BASE_URL + '/chat/completions', {
      method: 'POST',
      headers: { authorization: 'Bearer ' + OPENAI_API_KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm1', messages: [{ role: 'user', content: 'hi' }] }),
    })
    // A proxy learns of a new key within a second.
    if ((reply.status === 401 || reply.headers.get('x-qwenctl-account') !== 'b') && left > 0) return new Promise((done) => setTimeout(done, 20)).then(() => ask(left - 1))
    return reply
  }
  ask(200).then((reply) => {
    console.log(reply.status, reply.headers.get('x-qwenctl-account'), ANTHROPIC_BASE_URL === OPENAI_BASE_URL.slice(0, -3))
    process.exit(7)
  })
`

async function given() {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const home = await givenHome([{ name: 'a' }, { name: 'b' }], upstream.baseUrl)
  await startedProxy(home)
  return { home, upstream }
}

test('exec runs a program over the accounts it names, ends with its code, and leaves no key', async () => {
  const { home } = await given()
  const made = await runCommand(home, ['keys', 'create', 'somebody'])
  expect(made.exit).toBe(0)
  const result = await runBinary(home, ['exec', '--account', 'b', '--', process.execPath, '-e', PROGRAM])
  expect(result).toMatchObject({ exit: 7, stdout: '200 b true\n' })
  expect(await listKeyNames(home)).toEqual(['somebody'])
})

const shared = shareProxy([{ name: 'play', provider: 'sandbox' }])

test('exec says what is missing: the command, the program, the account', async () => {
  const { home } = shared
  expect((await runBinary(home, ['exec'])).exit).toBe(2)
  const missing = await runBinary(home, ['exec', '--', 'no-such-program-anywhere'])
  expect(missing.exit).toBe(127)
  expect(missing.stderr).toContain('there is no program no-such-program-anywhere')
  expect((await runBinary(home, ['exec', '--', home])).exit).toBe(1)
  expect((await runBinary(home, ['exec', '--account', 'x', '--', 'true'])).exit).toBe(3)
})

test('what env prints works in a shell', async () => {
  const { home } = await given()
  const { stdout, stderr } = await runBinary(home, ['env', '--account', 'b'])
  expect(stderr).toMatch(
    /^Created the client key (program-\w+)\. It expires in 12h\. To revoke it now: qwenctl keys revoke \1\n$/,
  )
  const script = `${stdout}\n"$0" -e "$1"`
  const env = cleanEnv(home)
  // The process ends with 7, as it says.
  const failed = await promisify(execFile)('bash', ['-c', script, process.execPath, PROGRAM], { env }).catch(
    (error: unknown) => error as { stdout: string; code: number },
  )
  expect(failed).toMatchObject({ stdout: '200 b true\n', code: 7 })
})

test.each(['SIGQUIT', 'SIGTERM', 'SIGHUP'] as const)(
  'a %s ends the program, and leaves no key and no temporary settings',
  async (signal) => {
    const { home } = shared
    const folder = temporaryFolder()
    const gemini = join(folder, 'gemini')
    writeFileSync(gemini, '#!/bin/sh\necho $GEMINI_CLI_HOME\nexec sleep 60\n', {
      mode: 0o755,
    })
    const run = spawn(process.execPath, [binary, 'exec', '--', gemini], {
      env: { ...cleanEnv(home), TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(run.stdout, 'data')) as [Buffer]
    expect(existsSync(line.toString().trim())).toBe(true)
    run.kill(signal)
    const [code] = (await once(run, 'close')) as [number]
    expect(code).toBe(128 + constants.signals[signal])
    expect(existsSync(line.toString().trim())).toBe(false)
    expect(await listKeyNames(home)).toEqual([])
  },
)

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { runCommand } from '../../../../src/lib/toolkit/jobs/runner/run-command.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const source = pathToFileURL('src/lib/toolkit/jobs/runner/run-command.ts').href

test('a stopped job starts no command again', async () => {
  const folder = temporaryFolder()
  const order = { command: ['touch', 'begun'], folder, env: process.env, input: null, timeoutMs: 5000 }
  expect(await runCommand({ ...order, signal: new AbortController().signal })).toMatchObject({
    status: 'done',
  })
  expect(existsSync(join(folder, 'begun'))).toBe(true)
  const stopped = await runCommand({
    ...order,
    command: ['touch', 'again'],
    signal: AbortSignal.abort('stopped'),
  })
  expect(stopped).toMatchObject({ status: 'stopped', reason: 'stopped', exitCode: null })
  expect(existsSync(join(folder, 'again'))).toBe(false)
})

test('without free file descriptors a run fails, and its process lives on', () => {
  const script = `
    import { openSync } from 'node:fs'
    import { setImmediate } from 'node:timers/promises'
    const { runCommand } = await import(${JSON.stringify(source)})
    const order = { command: ['true'], folder: '/', env: process.env, input: null, timeoutMs: 5000 }
    const run = () => runCommand({ ...order, signal: new AbortController().signal })
    const before = await run()
    try { for (;;) openSync('/dev/null') } catch {}
    const { status, reason } = await run()
    await setImmediate()
    console.log(JSON.stringify([before.status, status, reason]))`
  const argv = [
    '-c',
    'ulimit -n 60; exec "$@"',
    'bash',
    process.execPath,
    '--input-type=module',
    '-e',
    script,
  ]
  const printed = execFileSync('bash', argv, { encoding: 'utf8' })
  expect(JSON.parse(printed)).toEqual(['done', 'failed', 'true cannot be run (EMFILE)'])
})

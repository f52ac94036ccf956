import { expect, test } from 'vitest'
import { runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'

test('with --json it is one snapshot: the quota document and the running proxies', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'play', '-p', 'sandbox', '--group', 'night'])
  await runCommand(home, ['auth', 'add', 'other', '-p', 'sandbox'])
  const { exit, stdout } = await runCommand(home, ['top', '--json', '--group', 'night'])
  expect(exit).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    quota: { accounts: [{ name: 'play', status: 'ready' }], totals: { accounts: 1, ready: 1 } },
    proxies: [],
  })
})

test('without a terminal it says so, and what to use instead', async () => {
  const { exit, stdout, stderr } = await runCommand(temporaryFolder(), ['top'])
  expect(exit).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain('top needs a terminal')
  expect(stderr).toContain('qwenctl top --json')
})

test.each(['0', '0.1', '-1', '9999', 'fast', ''])('an interval of "%s" is refused', async (interval) => {
  const { exit, stdout } = await runCommand(temporaryFolder(), ['top', '--json', `--interval=${interval}`])
  expect(exit).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'invalid_value' } })
})

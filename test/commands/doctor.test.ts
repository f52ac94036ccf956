import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'

test('doctor prints a table and exits with 0 where nothing is wrong, and with 1 where something is', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'trial', '-p', 'sandbox'])
  const well = await runCommand(home, ['doctor'])
  expect(well).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^STATUS +CHECK +FOUND\nok +home/) })
  chmodSync(join(home, 'accounts.json'), 0o666)
  const ill = await runCommand(home, ['doctor'])
  expect(ill).toMatchObject({ exit: 1, stderr: expect.stringContaining('qwenctl doctor --fix') })
  const fixed = await runCommand(home, ['doctor', '--fix', '--json'])
  expect(fixed.exit).toBe(0)
  expect(JSON.parse(fixed.stdout)).toMatchObject({ ok: true, checks: expect.arrayContaining([]) })
})

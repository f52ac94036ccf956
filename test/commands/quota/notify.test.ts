import { expect, test } from 'vitest'
import { parseDocument, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

test('quota notify says what is set and what was reported, and what to set where nothing is', async () => {
  const home = temporaryFolder()
  const nothing = await runCommand(home, ['quota', 'notify'])
  expect(nothing).toMatchObject({
    exit: 0,
    stdout: '',
    stderr: expect.stringContaining('config set notify.at 80%,95%'),
  })
  await runCommand(home, ['config', 'set', 'notify.at', '95,80'])
  await runCommand(home, ['config', 'set', 'notify.command', 'logger "a limit"'])
  const shown = await runCommand(home, ['quota', 'notify'])
  expect(shown).toMatchObject({ exit: 0, stdout: 'At 80% and 95% of a limit: logger\n' })
  const json = await runCommand(home, ['quota', 'notify', '--json'])
  expect(JSON.parse(json.stdout)).toEqual({ at: ['80%', '95%'], webhook: null, command: 'logger', told: [] })
})

test('with --test every receiver gets a trial; it fails where one did not get it', async () => {
  const home = temporaryFolder()
  const unset = await runCommand(home, ['quota', 'notify', '--test', '--json'])
  expect(unset.exit).toBe(2)
  expect(parseDocument(unset).error).toMatchObject({ code: 'invalid_value' })
  await runCommand(home, ['config', 'set', 'notify.command', `'${process.execPath}' -e 0`])
  const told = await runCommand(home, ['quota', 'notify', '--test', '--json'])
  expect(JSON.parse(told.stdout)).toMatchObject({ deliveries: [{ way: 'command', ok: true }] })
  await runCommand(home, ['config', 'set', 'notify.command', `'${process.execPath}' -e process.exit(3)`])
  const failed = await runCommand(home, ['quota', 'notify', '--test'])
  expect(failed).toMatchObject({ exit: 1, stderr: expect.stringContaining('ended with 3') })
})

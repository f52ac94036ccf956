import { expect, test } from 'vitest'
import { runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'

const add = (baseUrl: string) =>
  runCommand(
    temporaryFolder(),
    ['auth', 'add', 'plan', '-p', 'qwen', '--base-url', baseUrl, '--key-env', 'PLAN_KEY', '--no-verify'],
    { PLAN_KEY: 'sk-sp-0123456789abcdef' },
  )

test.each([
  'coding-intl',
  'https://coding-intl.dashscope.aliyuncs.com/v1',
  'https://coding-intl.dashscope.aliyuncs.com/v1/',
  'https://coding-intl.dashscope.aliyuncs.com/apps/anthropic',
])('when an account of a plan is added at %s, what its terms forbid is said', async (baseUrl) => {
  expect((await add(baseUrl)).stderr).toContain('Plan keys are for the subscriber')
})

test('when an account that pays as it goes is added, no terms of plans are said', async () => {
  const { exit, stderr } = await add('intl')
  expect(exit).toBe(0)
  expect(stderr).not.toContain('Plan keys')
})

test('when the base URL is none, the command is refused as wrong usage', async () => {
  expect((await add('coding')).exit).toBe(2)
})

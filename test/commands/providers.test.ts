import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'

test('when a provider is shown to a program, what is known of it is there, and what is not is null', async () => {
  const { exit, stdout } = await runCommand(temporaryFolder(), ['providers', 'show', 'qwen', '--json'])
  const { provider } = JSON.parse(stdout) as { provider: Record<string, unknown> }
  expect(exit).toBe(0)
  expect(provider).toMatchObject({
    id: 'qwen',
    kind: 'model',
    rejectsStreamOptions: false,
    routes: { 'chat/completions': true, 'images/generations': false },
    plugin: 'qwenctl',
    terms: null,
  })
  expect(provider.endpoints).toContainEqual({
    id: 'coding-cn',
    label: 'Coding Plan, China',
    baseUrl: 'https://coding.dashscope.aliyuncs.com/v1',
    openai: 'https://coding.dashscope.aliyuncs.com/v1',
    anthropic: 'https://coding.dashscope.aliyuncs.com/apps/anthropic/v1',
    limits: ['6000/5h', '45000/week@Asia/Shanghai'],
    terms: expect.stringContaining('Plan keys are for the subscriber') as string,
  })
})

test('when a provider is shown to a person, keys, limits, routes and terms are printed', async () => {
  const { stdout } = await runCommand(temporaryFolder(), ['providers', 'show', 'deepseek'])
  expect(stdout).toMatch(/^deepseek {2}DeepSeek\n/)
  expect(stdout).toMatch(/^ {2}together +all keys of one account$/m)
  expect(stdout).toMatch(/^ {2}lacks +completions, embeddings, images\/\*, audio\/\*$/m)
  const openrouter = await runCommand(temporaryFolder(), ['providers', 'show', 'openrouter'])
  expect(openrouter.stdout).toMatch(/^ {2}terms +Limits hold per account/m)
})

test('when there is no such provider, the nearest is named and nothing is printed', async () => {
  const { exit, stdout } = await runCommand(temporaryFolder(), ['providers', 'show', 'quen', '--json'])
  expect(exit).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'unknown_provider', hint: expect.stringContaining('qwen') as string },
  })
})

test('when a body is explained, says what is at fault, what gets a cooldown, and the rule with its source', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'error.json')
  writeFileSync(
    file,
    JSON.stringify({ error: { message: 'Insufficient Balance', code: 'invalid_request_error' } }),
  )
  const args = ['providers', 'explain', '--body', file, '--status', '402']
  const { exit, stdout } = await runCommand(folder, [...args, '--json'])
  const { explanation } = JSON.parse(stdout) as { explanation: Record<string, unknown> }
  expect(exit).toBe(0)
  expect(explanation).toMatchObject({
    provider: 'custom',
    verdict: 'quota-hard',
    trouble: 'money',
    subject: 'account',
    movesOn: true,
    rule: { id: 'deepseek-no-money' },
  })
  expect((await runCommand(folder, args)).stdout).toMatch(/^cools +the account/m)
  expect((await runCommand(folder, [...args, '--header', 'x'])).exit).toBe(2)
})

test('when only the user can end what a body says, the table says so once', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'body.json')
  writeFileSync(file, JSON.stringify({ error: { code: 'insufficient_quota', message: 'no credit' } }))
  const { stdout } = await runCommand(folder, ['providers', 'explain', '--body', file, '--status', '429'])
  expect(stdout).toMatch(/^cools +the account, until you act$/m)
})

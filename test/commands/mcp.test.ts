import { expect, test } from 'vitest'
import { runBinary, runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'

const line = (id: number, method: string, params: object = {}) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`

test('mcp writes nothing but the protocol to stdout, and ends with its input', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'a', '-p', 'sandbox', '--user', 'alice'])
  await runCommand(home, ['auth', 'add', 'b', '-p', 'sandbox', '--user', 'bob'])
  const stdin = [
    line(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {} }),
    line(2, 'tools/list'),
    line(3, 'tools/call', { name: 'accounts_list' }),
  ].join('')
  const { exit, stdout } = await runBinary(home, ['mcp', '--user', 'alice', '--write'], { stdin })
  expect(exit).toBe(0)
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as { id: number; result: Record<string, unknown[]> })
    .sort((one, other) => one.id - other.id)
  expect(answers.map(({ id }) => id)).toEqual([1, 2, 3])
  expect(answers[1]?.result['tools']).toHaveLength(11)
  expect(JSON.stringify(answers[2])).not.toContain('bob')
})

import { expect, test } from 'vitest'
import type { PluginFault } from '../../../../src/lib/provider/plugins/plugin-calls.ts'
import { PluginFaults } from '../../../../src/lib/toolkit/providers/plugin-faults.ts'

const fault: PluginFault = {
  plugin: 'plugin-acme',
  provider: 'acme',
  account: 'acme/work',
  part: 'outcome',
  problem: 'failed: boom',
  instead: 'the answer counts as overloaded',
}

test('when a function fails with every request, it is said once an hour, with a count', () => {
  let now = 0
  const lines: string[] = []
  const faults = new PluginFaults(
    () => now,
    (line) => lines.push(line),
  )
  for (let i = 0; i < 5; i += 1) faults.note(fault)
  expect(lines).toEqual([
    'plugin plugin-acme, account acme/work: outcome failed: boom; the answer counts as overloaded',
  ])
  now = 3_600_000
  faults.note(fault)
  expect(lines[1]).toMatch(/ \(4 more times since it was said\)$/)
})

test('when a proxy watches, lines go to it; another function or account is another fault', () => {
  const warnings: string[] = []
  const troubles: string[] = []
  const faults = new PluginFaults(
    () => 0,
    (line) => warnings.push(line),
  )
  const stop = faults.watch((line) => troubles.push(line))
  faults.note(fault)
  faults.note({ ...fault, part: 'usage' })
  faults.note({ ...fault, account: 'acme/home' })
  expect([troubles.length, warnings.length]).toEqual([3, 0])
  stop()
  faults.note({ ...fault, account: null })
  expect(warnings).toEqual([expect.stringContaining('plugin plugin-acme, provider acme: ')])
})

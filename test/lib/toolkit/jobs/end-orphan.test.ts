import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { endOrphan } from '../../../../src/lib/toolkit/jobs/runner/end-orphan.ts'
import { describeProcess, processExists, liveness } from '../../../../src/lib/store/locks/lock-owner.ts'
import { until } from '../../../support/servers/proxy-harness.ts'

const FOREVER = 'setInterval(() => undefined, 1000)'

/** A command in a process group of its own, as jobs start them. */
function given(script: string) {
  const child = spawn(process.execPath, ['-e', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const pid = child.pid!
  onTestFinished(() => {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // it has ended
    }
  })
  const mark = describeProcess(pid)
  if (mark === null) throw new Error('the system shows no start time')
  return { child, pid, mark }
}

const isLinux = process.platform === 'linux'

test.runIf(isLinux)('the command of a killed process is ended', async () => {
  const { child, mark } = given(FOREVER)
  const ended = once(child, 'exit')
  expect(endOrphan(mark)).toBe(true)
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(endOrphan(mark)).toBe(true)
})

test.runIf(isLinux)('what the command has started is ended too, also after the command itself', async () => {
  const script = `const { spawn } = require('node:child_process')
const child = spawn(process.execPath, ['-e', ${JSON.stringify(FOREVER)}], { stdio: 'ignore' })
child.unref()
console.log(child.pid)`
  const { child, pid, mark } = given(script)
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  await once(child, 'exit')
  const started = describeProcess(Number(text.toString()))!
  expect([processExists(pid), liveness(started)]).toEqual([false, 'alive'])
  expect(endOrphan(mark)).toBe(true)
  await until(() => liveness(started) === 'dead')
})

test.runIf(isLinux)('a later process with the same number is left alone', () => {
  const { mark } = given(FOREVER)
  expect(endOrphan({ ...mark, startTime: '1' })).toBe(true)
  expect(liveness(mark)).toBe('alive')
  expect(endOrphan({ ...mark, host: 'another' })).toBe(false)
  expect(liveness(mark)).toBe('alive')
})

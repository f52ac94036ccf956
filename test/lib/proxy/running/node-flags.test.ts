import { describe, expect, test } from 'vitest'
import {
  isServerStart,
  limitHeapOfPool,
  missingFlags,
  restartAsServer,
  serverEnv,
} from '../../../../src/lib/proxy/node-flags.ts'
import type { ThisProcess } from '../../../../src/lib/proxy/node-flags.ts'

function givenProcess(more: Partial<ThisProcess> = {}) {
  const calls: { file: string; args: string[]; env: NodeJS.ProcessEnv }[] = []
  const here: ThisProcess = {
    execPath: '/bin/node',
    execArgv: ['--enable-source-maps'],
    argv: ['/bin/node', '/x/run.js', 'proxy', 'start', '--port', '0'],
    env: { HOME: '/home/me' },
    execve: (file, args, env) => calls.push({ file, args, env }),
    ...more,
  }
  return { here, calls }
}

describe('restartAsServer', () => {
  test('begins the same words again, with the flags of a server after those it was given', () => {
    const { here, calls } = givenProcess()
    restartAsServer(here)
    expect(calls).toHaveLength(1)
    const [{ file, args, env } = { file: '', args: [] as string[], env: {} }] = calls
    expect(file).toBe('/bin/node')
    expect(args.slice(0, 2)).toEqual(['/bin/node', '--enable-source-maps'])
    expect(args.slice(-5)).toEqual(['/x/run.js', 'proxy', 'start', '--port', '0'])
    expect(args.some((word) => word.startsWith('--max-semi-space-size='))).toBe(true)
    expect(env).toMatchObject({ HOME: '/home/me', MALLOC_ARENA_MAX: '1' })
  })

  test('does nothing in a process that has them, so that it never goes round in circles', () => {
    const first = givenProcess()
    restartAsServer(first.here)
    const args = first.calls[0]!.args
    const execArgv = args.slice(1, args.indexOf('/x/run.js'))
    const second = givenProcess({ execArgv })
    restartAsServer(second.here)
    expect(second.calls).toEqual([])
  })

  test('leaves a choice that was made already', () => {
    const byFlag = givenProcess({ execArgv: ['--max-semi-space-size=32'] })
    const byVariable = givenProcess({ env: { NODE_OPTIONS: '--max_semi_space_size=32' } })
    for (const { here, calls } of [byFlag, byVariable]) {
      restartAsServer(here)
      expect(calls).toEqual([])
      expect(missingFlags(here)).toEqual([])
    }
    expect(serverEnv({ MALLOC_ARENA_MAX: '4' })).toEqual({ MALLOC_ARENA_MAX: '4' })
  })

  test('where a process cannot begin again, it continues', () => {
    const { execve: _, ...without } = givenProcess().here
    expect(() => restartAsServer(without)).not.toThrow()
    let tries = 0
    const { here } = givenProcess({
      execve: () => {
        tries += 1
        throw new Error('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM')
      },
    })
    expect(() => restartAsServer(here)).not.toThrow()
    expect(tries).toBe(1)
  })
})

test.each([
  ['proxy start', true],
  ['proxy start --port 0 -v --json', true],
  ['proxy start --workers 2', true],
  ['proxy start --detach', false],
  ['proxy start -d', false],
  ['proxy start -vd', false],
  ['proxy start --help', false],
  ['proxy start -h', false],
  ['proxy status', false],
  ['proxy', false],
  ['quota show', false],
])('%s serves in this process: %s', (words, isServer) => {
  expect(isServerStart(words.split(' '))).toBe(isServer)
})

test('the heap grows less for many accounts, unless the user has chosen the flags', () => {
  const flags = missingFlags(givenProcess().here)
  expect(limitHeapOfPool(10_000, { execArgv: ['--enable-source-maps', ...flags] })).toBe(true)
  expect(limitHeapOfPool(3, { execArgv: [...flags] })).toBe(false)
  expect(limitHeapOfPool(10_000, { execArgv: ['--max-semi-space-size=16'] })).toBe(false)
})

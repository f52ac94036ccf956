// SDKs do a task of several turns with a tool, in the situations that accounts bring.

import { describe, expect, test } from 'vitest'
import { givenProxy, makeKey } from '../../support/servers/proxy-harness.ts'
import { CLIENT_KEY, rejection } from '../given-client.ts'
import { areInstalled, cachedSdks } from './cached-sdks.ts'
import { givenService, type Failures, type ScriptedService, type ServiceKind } from './scripted-service.ts'
import { ToyShell, sdks, type Sdk } from './sdks.ts'
import { ANSWER, LAST_WORDS } from './task.ts'

async function given({ run }: Sdk, list: readonly [ServiceKind, Failures][]) {
  const services: ScriptedService[] = []
  for (const [kind, failures] of list) services.push(await givenService(kind, failures))
  const proxy = await givenProxy({
    accounts: services.map(({ kind, provider, baseUrl }, priority) => ({
      name: kind,
      provider,
      priority,
      baseUrl,
      secret: makeKey(kind),
    })),
  })
  const shell = new ToyShell()
  const work = run({ url: proxy.running.url, key: CLIENT_KEY, shell })
  return { services, proxy, shell, work }
}

function expectStrict(services: readonly ScriptedService[]): void {
  for (const { kind, refusals, journal } of services) {
    expect({ kind, refusals }).toEqual({ kind, refusals: [] })
    expect(journal.join('\n')).not.toContain(CLIENT_KEY)
  }
}

/** The formats of two accounts: the one that serves first, and one of another format. */
const twoFor = ({ dialect }: Sdk): [ServiceKind, ServiceKind] =>
  dialect === 'messages' ? ['messages', 'chat'] : ['chat', 'messages']

describe.each([...sdks, ...(areInstalled ? cachedSdks : [])])('$title', (sdk) => {
  test.each(['chat', 'messages', 'responses', 'gemini'] as const)(
    'does its task on an account of %s',
    async (kind) => {
      const { services, shell, work } = await given(sdk, [[kind, {}]])
      expect(await work).toBe(LAST_WORDS)
      expect(shell.answer).toBe(ANSWER)
      expectStrict(services)
    },
  )

  test('does its task over a failover to another format', async () => {
    const [first, second] = twoFor(sdk)
    const { services, shell, work } = await given(sdk, [
      [first, { answers: 2 }],
      [second, {}],
    ])
    expect(await work).toBe(LAST_WORDS)
    expect(shell.answer).toBe(ANSWER)
    expect(services.map(({ answered }) => answered > 0)).toEqual([true, true])
    expectStrict(services)
  })

  test('ends with an error when all accounts are out, and asks each once', async () => {
    const { services, work } = await given(sdk, [
      ['chat', { answers: 0 }],
      ['messages', { answers: 0 }],
    ])
    expect((await rejection(work)).message).not.toContain('[object Object]')
    expect(services.map(({ asked }) => asked)).toEqual([1, 1])
  })

  test('takes no cut stream for an answer', async () => {
    const { services, work } = await given(sdk, [[twoFor(sdk)[0], { cut: 1 }]])
    const end = await work.then(
      (words) => words === LAST_WORDS,
      () => 'an error',
    )
    expect(end === true || end === 'an error').toBe(true)
    expectStrict(services)
  })
})

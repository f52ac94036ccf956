import { describe, expect, it } from 'vitest'
import { defineProvider } from '../../../../src/lib/provider/define-provider.ts'
import { guardProvider } from '../../../../src/lib/provider/plugins/guard-provider.ts'
import { deviceParts, providerParts } from '../../../../src/lib/provider/plugins/guarded-parts.ts'
import { PluginTooSlow, type PluginFault } from '../../../../src/lib/provider/plugins/plugin-calls.ts'
import type { Answer, Provider } from '../../../../src/lib/provider/provider.ts'
import { callWithinBounds } from '../../../../src/lib/terminal/plugins/bounded-call.ts'

const answer: Answer = { status: 429, header: () => undefined, body: {}, text: '{}', now: 1_000_000 }

/** Every function of the interface, with arguments as qwenctl gives them. A new one has to be added here to compile. */
const calls: Record<keyof typeof providerParts, (provider: Provider) => unknown> = {
  bases: (provider) => provider.bases(null),
  authHeaders: (provider) => provider.authHeaders('secret', 'openai'),
  outcome: (provider) => provider.outcome(answer),
  counts: (provider) => provider.counts('ok'),
  usage: (provider) => provider.usage({ usage: {} }),
  hasRoute: (provider) => provider.hasRoute('chat/completions'),
  limitsFrom: (provider) => provider.limitsFrom(() => undefined, 1_000_000),
  serves: (provider) => provider.serves('some-model'),
}
const deviceCalls: Record<keyof typeof deviceParts, (provider: Provider) => unknown> = {
  baseUrl: (provider) => provider.device?.baseUrl?.({}),
  isRefreshDead: (provider) => provider.device?.isRefreshDead?.(400, {}),
}

/** The result that counts where a function fails; an account is out when its headers cannot be made. */
const fallbacks: Record<string, unknown> = {
  bases: { openai: null, anthropic: null },
  authHeaders: 'plugin_failed',
  outcome: {
    class: 'overloaded',
    scope: 'account',
    until: null,
    code: null,
    message: 'the plugin could not read the answer',
  },
  counts: true,
  usage: { inputTokens: null, outputTokens: null, costUsd: null },
  hasRoute: null,
  limitsFrom: [],
  serves: null,
  baseUrl: null,
  isRefreshDead: false,
}

const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('trap')
    },
    ownKeys: () => {
      throw new Error('trap')
    },
  },
)

/** JavaScript throws anything. */
function throwing(value: unknown): never {
  throw value
}

const kinds: Record<string, () => unknown> = {
  'throws an error': () => {
    throw new Error('boom')
  },
  'throws nothing': () => throwing(undefined),
  'throws what has no words': () => throwing(Object.create(null)),
  'throws a trap': () => throwing(hostile),
  'returns nothing': () => undefined,
  'returns a number': () => 7.5,
  'returns a text': () => 'banana',
  'returns an object of nonsense': () => ({
    class: 'banana',
    openai: 7,
    limits: 1,
    inputTokens: 'many',
    a: 1,
  }),
  'returns a symbol': () => Symbol('odd'),
  'returns a trap': () => hostile,
  'returns a promise': async () => ({}),
  'returns a promise that fails': () => Promise.reject(new Error('later')),
  'returns a huge list': () => new Array(100_000).fill({ metric: 'requests' }),
  'returns a huge text': () => 'x'.repeat(5_000_000),
  'recurses without end': function again(): unknown {
    return [again()]
  },
  'loops without end': () => {
    for (;;);
  },
  'reads a text without end': () => /^(a+)+$/.test(`${'a'.repeat(60)}b`),
}

function guarded(part: string, broken: () => unknown) {
  const faults: PluginFault[] = []
  const time = { now: 0 }
  const isDevice = part in deviceParts
  const device = {
    deviceEndpoint: 'https://login.test/device',
    tokenEndpoint: 'https://login.test/token',
    clientId: 'c',
    scope: null,
    pkce: true,
    ...(isDevice ? { [part]: broken } : {}),
  }
  const plain = defineProvider({
    id: 'acme',
    baseUrl: 'https://acme.test/v1',
    device,
    ...(isDevice ? {} : { [part]: broken }),
  })
  const provider = guardProvider(
    plain,
    { plugin: 'plugin-acme', provider: 'acme', account: 'acme/work' },
    {
      run: (call) => callWithinBounds(call, (limitMs) => new PluginTooSlow(limitMs)),
      clock: () => time.now,
      onFault: (fault) => faults.push(fault),
    },
  )
  return { provider, faults, time }
}

function callSafely(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

it('every function of a provider is in the table', () => {
  const provider = defineProvider({ id: 'acme', baseUrl: 'https://acme.test/v1' })
  const functions = Object.entries(provider).filter(([, value]) => typeof value === 'function')
  expect(functions.map(([name]) => name).sort()).toEqual(Object.keys(providerParts).sort())
})

describe.each(Object.entries({ ...calls, ...deviceCalls }))('%s', (part, call) => {
  it.each(Object.entries(kinds))('when it %s, the usual counts, and the plugin is named', (kind, broken) => {
    const { provider, faults } = guarded(part, broken)
    const value = callSafely(() => call(provider))
    // Values that are no fault for a function: a text or a trap may be a right value of none of them, `false` of some.
    if (kind === 'reads a text without end' && faults.length === 0) return expect(value).toBe(false)
    expect(value).toEqual(fallbacks[part])
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatchObject({ plugin: 'plugin-acme', account: 'acme/work' })
    expect(faults[0]?.part).toContain(part)
    expect((faults[0]?.problem ?? '').length).toBeLessThan(400)
  })

  it('when it was stopped, it is left alone for a minute, so that it holds up nothing else', () => {
    let asked = 0
    const { provider, faults, time } = guarded(part, () => {
      asked += 1
      for (;;);
    })
    for (let i = 0; i < 3; i += 1) callSafely(() => call(provider))
    expect({ asked, faults: faults.length }).toEqual({ asked: 1, faults: 1 })
    time.now = 60_000
    callSafely(() => call(provider))
    expect(asked).toBe(2)
  })

  it('what it prints stays off standard output', () => {
    const aside: unknown[] = []
    const write = process.stderr.write.bind(process.stderr)
    const { provider } = guarded(part, () => process.stdout.write('noise\n'))
    process.stderr.write = (text: unknown) => aside.push(text) > 0
    try {
      callSafely(() => call(provider))
    } finally {
      process.stderr.write = write
    }
    expect(aside).toEqual(['noise\n'])
  })
})

it('right values pass through as they are', () => {
  const outcome = {
    class: 'quota-window',
    scope: 'account',
    until: 2_000_000,
    code: 'x',
    message: 'used up',
  } as const
  const limit = {
    metric: 'requests',
    window: 'minute',
    max: 5,
    remaining: 2,
    resetsAt: null,
    scope: 'account',
    from: 'h',
  }
  expect(guarded('outcome', () => outcome).provider.outcome(answer)).toEqual(outcome)
  expect(guarded('limitsFrom', () => [limit]).provider.limitsFrom(() => undefined, 0)).toEqual([limit])
  expect(guarded('serves', () => true).provider.serves('m')).toBe(true)
  expect(guarded('authHeaders', () => ({ 'X-Key': 'a' })).provider.authHeaders('s', 'openai')).toEqual({
    'x-key': 'a',
  })
})

it('times that are past or absurd count as not said', () => {
  const far = { class: 'quota-window', scope: 'account', until: 1e300, code: null, message: '' }
  expect(guarded('outcome', () => far).provider.outcome(answer).until).toBeNull()
  const row = {
    metric: null,
    window: 'observed',
    max: null,
    remaining: 0,
    resetsAt: 1e300,
    scope: 'account',
    from: 'h',
  }
  expect(guarded('limitsFrom', () => [row]).provider.limitsFrom(() => undefined, 0)[0]?.resetsAt).toBeNull()
})

it('a pattern that takes years counts as a match', () => {
  const plain = defineProvider({ id: 'acme', baseUrl: 'https://acme.test/v1', keyPattern: /^(a+)+$/ })
  const faults: PluginFault[] = []
  const provider = guardProvider(
    plain,
    { plugin: 'p', provider: 'acme', account: null },
    {
      run: (call) => callWithinBounds(call, (limitMs) => new PluginTooSlow(limitMs)),
      clock: () => 0,
      onFault: (fault) => faults.push(fault),
    },
  )
  expect(provider.keyPattern?.test(`${'a'.repeat(60)}b`)).toBe(true)
  expect(faults).toHaveLength(1)
})

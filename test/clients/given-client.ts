// Shared ground of the tests of real client libraries. They talk over real sockets to a proxy over scripted
// upstreams. Their own key must stay behind.

import { expect } from 'vitest'
import type { FakeUpstream } from '../support/servers/fake-upstream.ts'
import { makeKey } from '../support/servers/proxy-harness.ts'
import type { TestProxy } from '../support/servers/proxy-harness.ts'

/** The key that the client presents to the proxy. */
export const CLIENT_KEY = 'qk_the-clients-own-key'

/** The client's way to the proxy, which counts how often it was taken. */
export class CountedFetch {
  count = 0
  /** The headers of the last request. */
  headers = new Headers()

  readonly fetch: typeof fetch = (input, init) => {
    this.count += 1
    this.headers = new Headers(init?.headers)
    return fetch(input, init)
  }
}

/**
 * Expects that no byte of the client's key came upstream, and that every request there had an account's key.
 * `quota show` must count for each account what the upstream saw of it. `givenBack`: refused credentials by account,
 * which providers do not count.
 */
export async function expectExact(
  proxy: TestProxy,
  upstream: FakeUpstream,
  givenBack: Record<string, number> = {},
): Promise<void> {
  const asked = upstream.requests.filter(({ method }) => method === 'POST') // looking the models up is not counted
  for (const { rawHeaders, body } of upstream.requests) {
    expect(rawHeaders.join('\n') + body.toString('latin1')).not.toContain(CLIENT_KEY)
  }
  const quota = await proxy.quota()
  for (const [name, { today }] of Object.entries(quota)) {
    const seen = asked.filter(({ key }) => key === makeKey(name)).length - (givenBack[name] ?? 0)
    expect({ name, requests: today.requests }).toEqual({ name, requests: seen })
  }
  expect(Object.keys(quota).reduce((sum, name) => sum + upstream.count(makeKey(name)), 0)).toBe(
    upstream.count(),
  )
}

/** Everything that an async iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

/** The error that rejected a promise. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('it was not rejected')
}

import { expect, test } from 'vitest'
import type { NewAccount } from '../../../src/lib/toolkit/toolkit.ts'
import { acme, givenToolkit, KEY } from './temporary-home.ts'

/** Never part of any message. */
const HIDDEN = 'hidden-word-5150'

const cases: [string, Partial<NewAccount>, string, RegExp][] = [
  ['the provider is unknown', { provider: 'acne' }, 'unknown_provider', /acne/],
  ['the name is empty', { name: '' }, 'invalid_value', /name/],
  ['the name has a slash', { name: 'a/b' }, 'invalid_value', /a\/b/],
  ['the name leaves its folder', { name: '..' }, 'invalid_value', /\.\./],
  ['the user has a colon', { user: 'a:b' }, 'invalid_value', /a:b/],
  ['a group has a space', { groups: ['a b'] }, 'invalid_value', /a b/],
  ['the quota group is empty', { quotaGroup: '' }, 'invalid_value', /quota group/],
  ['the key is missing', { secret: undefined }, 'missing_answer', /--key-stdin/],
  ['the key is empty', { secret: '' }, 'invalid_value', /empty.*--key-stdin/],
  ['the key is a newline', { secret: '\n' }, 'invalid_value', /empty/],
  ['the key ends with two newlines', { secret: `${HIDDEN}\n\n` }, 'invalid_value', /line breaks/],
  ['the key contains a space', { secret: `Bearer ${HIDDEN}` }, 'invalid_value', /spaces/],
  ['the key contains a NUL', { secret: `${HIDDEN}\0` }, 'invalid_value', /spaces/],
  ['the key contains a letter beyond ASCII', { secret: `${HIDDEN}ä` }, 'invalid_value', /no header/],
  ['the key is longer than a header', { secret: HIDDEN.repeat(1000) }, 'invalid_value', /longer/],
  ['the base URL is no URL', { baseUrl: 'api.example.com' }, 'invalid_value', /--base-url.*http/],
  ['the base URL is of another kind', { baseUrl: 'ftp://api.example.com' }, 'invalid_value', /--base-url/],
  [
    'the base URL has a password',
    { baseUrl: `https://u:${HIDDEN}@example.com` },
    'invalid_value',
    /password/,
  ],
  ['the base URL has a query', { baseUrl: `https://example.com/v1?key=${HIDDEN}` }, 'invalid_value', /query/],
  [
    'the base URL has a fragment',
    { baseUrl: `https://example.com/v1#${HIDDEN}` },
    'invalid_value',
    /fragment/,
  ],
  ['a limit is no limit', { limits: ['plenty'] }, 'invalid_limit', /plenty/],
  ['a limit is 0', { limits: ['0/day'] }, 'invalid_limit', /0\/day/],
  ['two limits have one window', { limits: ['1/day', '2/day'] }, 'invalid_limit', /requests per day/],
  ['the priority is a fraction', { priority: 1.5 }, 'invalid_value', /1\.5/],
  ['the priority is not a number', { priority: Number.NaN }, 'invalid_value', /--priority/],
  ['the weight is 0', { weight: 0 }, 'invalid_value', /at least 1/],
  ['the weight is a fraction', { weight: 1.5 }, 'invalid_value', /whole number/],
  ['the egress proxy is no URL', { egressProxy: 'proxy' }, 'invalid_value', /--egress-proxy/],
  ['the egress proxy has a path', { egressProxy: `http://u:${HIDDEN}@p.example/x` }, 'invalid_value', /port/],
  ['a model has a space', { models: ['a b'] }, 'invalid_value', /a b/],
]

test.each(cases)('when %s, the account is refused and nothing is kept', async (_, change, code, words) => {
  const { accounts } = await givenToolkit({ providers: [acme()] })
  const error: unknown = await accounts.add({ provider: 'acme', name: 'work', secret: KEY, ...change }).then(
    () => null,
    (reason: unknown) => reason,
  )
  const { message, hint } = error as { message: string; hint: string | null }
  expect(error).toMatchObject({ code })
  expect(`${message} ${hint}`).toMatch(words)
  expect(`${message} ${hint}`).not.toContain(HIDDEN)
  expect(await accounts.records()).toEqual([])
})

test('when a provider needs a base URL and none is given, the flag is named', async () => {
  const { accounts } = await givenToolkit()
  await expect(accounts.add({ provider: 'custom', secret: KEY })).rejects.toMatchObject({
    code: 'missing_answer',
    hint: expect.stringContaining('--base-url') as string,
  })
})

import { describe, expect, test } from 'vitest'
import { isQwenctlError } from '../../../src/lib/base/errors.ts'
import { allowedSteps, keepAllowed, refuseSpent } from '../../../src/lib/rotation/key-rules.ts'
import { describeReturn } from '../../../src/lib/rotation/return-time.ts'
import { Ground, MINUTE, NOON } from './fixture.ts'

const coder = { provider: 'qwen', model: 'coder' }
const other = { provider: null, model: 'other' }
const hasProvider = (id: string) => id === 'qwen'
const key = (...models: string[]) => ({ id: 'key_1', name: 'app', models })

function thrown(run: () => unknown) {
  try {
    run()
  } catch (error) {
    if (isQwenctlError(error)) return error
    throw error
  }
  return null
}

describe('the models of a chain that a key may use', () => {
  test.each([
    ['all, without a rule', [], [coder, other]],
    ['all, when the name that the client wrote is allowed', ['alias'], [coder, other]],
    ['those whose own name is allowed', ['other'], [other]],
    ['those whose name with the provider is allowed', ['qwen/*'], [coder]],
    ['none', ['nothing'], []],
  ])('are %s', (_, models, kept) => {
    expect(keepAllowed([coder, other], key(...models), 'alias', hasProvider)).toEqual(kept)
  })

  test.each([
    ['the rest', 'qwen/coder', ['coder'], true],
    ['the whole', 'qwen/coder', ['qwen/coder'], true],
    ['the provider', 'qwen/coder', ['qwen/*'], true],
    ['another model', 'qwen/coder', ['max'], false],
    ['the rest after something that is no provider', 'acme/coder', ['coder'], false],
  ])('a name in its two readings has one permission, by a key for %s', (_, name, models, isAllowed) => {
    const rest = { provider: 'qwen', model: 'coder' }
    const whole = { provider: null, model: name }
    const steps = name === 'qwen/coder' ? [rest, whole] : [whole]
    for (const step of steps)
      expect(keepAllowed([step], key(...models), name, hasProvider)).toEqual(isAllowed ? [step] : [])
  })

  test('an alias that looks like a model of a provider is no such model', () => {
    expect(keepAllowed([other], key('coder'), 'qwen/coder', hasProvider)).toEqual([])
  })

  test('a model of any provider is not read as one of a provider', () => {
    expect(keepAllowed([other], key('null/*'), 'alias', hasProvider)).toEqual([])
  })

  test('none is an error that names the key and the model, or says that the request names none', () => {
    expect(allowedSteps([coder], key('coder'), 'alias', hasProvider)).toEqual([coder])
    const error = thrown(() => allowedSteps([coder], key('nothing'), 'alias', hasProvider))
    expect(error).toMatchObject({
      code: 'model_not_allowed',
      hint: 'GET /v1/models lists those that it may use',
    })
    expect(error?.message).toMatch(/"app" may not use the model alias$/)
    const unnamed = thrown(() =>
      allowedSteps([{ provider: null, model: null }], key('nothing'), null, hasProvider),
    )
    expect(unnamed?.message).toMatch(/the request names none$/)
  })
})

describe('a key with limits of its own', () => {
  test('is refused when they leave nothing, until they do, and only then', () => {
    const ground = new Ground().limit('key_1', '1/minute')
    expect(thrown(() => refuseSpent(ground.view(), key()))).toBeNull()
    ground.apply({ type: 'reserve', id: 'w', account: 'a', also: ['key_1'] })
    const error = thrown(() => refuseSpent(ground.view(NOON + 10_000), key()))
    expect(error).toMatchObject({
      code: 'quota_exhausted',
      details: { retryAfterSeconds: 50, returnsAt: NOON + MINUTE },
    })
    expect(error?.message).toBe('the client key "app" is spent until 2026-11-22T12:01:00.000Z (in 50 s)')
    expect(thrown(() => refuseSpent(ground.view(NOON + MINUTE), key()))).toBeNull()
  })

  test('is not refused when the ledger does not know it', () => {
    expect(thrown(() => refuseSpent(new Ground().view(), key()))).toBeNull()
  })
})

test.each([
  [NOON + 5000, 5],
  [NOON + 5001, 6],
  [NOON + 1, 1],
  [NOON, 1],
  [NOON - MINUTE, 1],
])('a return at %d is at least a second away, and a part of a second counts as one', (at, seconds) => {
  expect(describeReturn(at, NOON)).toEqual({
    when: `${new Date(at).toISOString()} (in ${seconds} s)`,
    details: { retryAfterSeconds: seconds, returnsAt: at },
  })
})

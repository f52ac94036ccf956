import { expect, test } from 'vitest'
import type { AccountScope } from '../../../../src/lib/account/client-key.ts'
import { everyAccount } from '../../../../src/lib/account/client-key.ts'
import { modelSteps } from '../../../../src/lib/rotation/models/model-steps.ts'
import { Pool } from '../../../../src/lib/rotation/pool/pool.ts'
import { member } from '../fixture.ts'

const ann: AccountScope = { user: 'ann', allowed: null }
const aliases = new Map([['coder', ['qwen/plus', 'free']]])
/** Bob has an account at `qwen`, and Ann has none. Bob's other account lists `qwen/open` by this name. */
const pool = new Pool(
  [
    member(
      'q',
      { user: 'bob', models: ['max', 'plus'] },
      { serves: (model) => model !== 'open' && !model.includes('/') },
    ),
    member('r', { user: 'bob', provider: 'router', models: ['qwen/open', 'qwen/plus'] }),
    member('c', { user: 'ann', provider: 'custom' }),
  ],
  { strategy: 'fill-first', affinity: false },
)

test.each([
  ['no model', null, everyAccount, [{ provider: null, model: null }]],
  ['a provider of the pool', 'qwen/max', everyAccount, [{ provider: 'qwen', model: 'max' }]],
  ['a model by its whole name', 'qwen/open', everyAccount, [{ provider: null, model: 'qwen/open' }]],
  ['an unknown provider', 'acme/max', everyAccount, [{ provider: null, model: 'acme/max' }]],
  ['a provider out of scope', 'qwen/max', ann, [{ provider: null, model: 'qwen/max' }]],
  [
    'an alias, which means the same in every scope',
    'coder',
    ann,
    [
      { provider: 'qwen', model: 'plus' },
      { provider: null, model: 'free' },
    ],
  ],
])('the models of a request that names %s', (_, model, scope, steps) => {
  expect(modelSteps(model, aliases, pool, scope)).toEqual(steps)
})

import { expect, test } from 'vitest'
import { isolateSimulated } from '../../../src/lib/rotation/isolate-simulated.ts'
import { member, provider } from './fixture.ts'

const sandbox = { ...provider, id: 'sandbox', simulated: true }
const simulated = member('s', {}, { provider: sandbox, serves: (model) => (model === 'sim' ? true : null) })
const real = member('r')
const off = member('o', { enabled: false })

test.each([
  ['alone', [simulated]],
  ['beside disabled real accounts', [simulated, off]],
])('%s, simulated accounts serve as they are', (_, pool) => {
  expect(isolateSimulated(pool)).toEqual(pool)
})

test('beside a real account, they serve their own models only, and real ones stay as they are', () => {
  const [apart, same] = isolateSimulated([simulated, real])
  expect(same).toBe(real)
  expect(apart).toMatchObject({ isKeptApart: true, family: `apart ${simulated.family}` })
  expect([apart!.serves('sim'), apart!.serves('other')]).toEqual([true, false])
})

import { expect, test } from 'vitest'
import { chooseTransport } from '../../../../src/lib/proxy/transport/choose-transport.ts'

const facts = ({ transport, wanted, missing }: ReturnType<typeof chooseTransport>) => [
  transport.name,
  wanted,
  missing,
]

test('this Node has all that the fast transport needs, and is asked without any traffic', () => {
  expect(facts(chooseTransport())).toEqual(['fast', 'fast', []])
})

test('where the internals of Node are different, the portable transport serves and the difference is named', () => {
  const choice = chooseTransport('fast', () => ['writes past the stream'])
  expect(facts(choice)).toEqual(['portable', 'fast', ['writes past the stream']])
})

test('the portable transport is available on request, and needs no internals', () => {
  const choice = chooseTransport('portable', () => ['writes past the stream'])
  expect(facts(choice)).toEqual(['portable', 'portable', []])
})

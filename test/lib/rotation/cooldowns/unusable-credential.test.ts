import { expect, test } from 'vitest'
import { formatHeadersFault } from '../../../../src/lib/account/headers-fault.ts'
import type { SealedPart } from '../../../../src/lib/rotation/cooldowns/unusable-credential.ts'
import {
  closedKinds,
  findUnusable,
  formatClosed,
} from '../../../../src/lib/rotation/cooldowns/unusable-credential.ts'

test.each(Object.keys(closedKinds) as SealedPart[])(
  'a %s that does not open is read from the evidence',
  (part) => {
    const evidence = formatClosed(part, 'qwen/work', 'the master key is another one\nthan before')
    expect(findUnusable(evidence)).toEqual({
      kind: closedKinds[part],
      words: `its ${part} does not open: the master key is another one\nthan before`,
    })
  },
)

test('the fault of a plugin is read from the evidence, in its words', () => {
  const words = formatHeadersFault('no header today')
  expect(findUnusable(words)).toEqual({ kind: 'plugin', words })
})

test.each([null, '', 'invalid api key', 'the key of qwen/work is refused'])(
  'of %j, it was the provider that refused',
  (evidence) => {
    expect(findUnusable(evidence)).toBeNull()
  },
)

import { expect, test } from 'vitest'
import { formatEmpty } from '../../../src/lib/terminal/accounts/empty-messages.ts'
import type { AccountView } from '../../../src/lib/toolkit/views.ts'

const all = [{ user: 'bob', provider: 'openai', groups: ['night'] }] as unknown as AccountView[]

test('when no account has a value of the filter, the near one is named', () => {
  expect(formatEmpty({ provider: 'opnai' }, all)).toContain('"opnai". Did you mean --provider openai?')
  expect(formatEmpty({ user: 'bbo' }, all)).toContain('Did you mean --user bob?')
  expect(formatEmpty({ group: 'zzzz' }, all)).toContain('No account has the group "zzzz".')
  expect(formatEmpty({ provider: 'openai', group: 'night' }, all)).toBe(
    'No account matches. List all accounts: qwenctl auth list',
  )
})

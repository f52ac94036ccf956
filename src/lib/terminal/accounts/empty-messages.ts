import type { AccountFilter } from '../../toolkit/toolkit.ts'

/** The advice for an empty list. */
export function formatEmpty(filter: AccountFilter): string {
  if (Object.keys(filter).length > 0) return 'No account matches. List all accounts: qwenctl auth list'
  return [
    'No accounts yet. Add the first one:',
    '',
    '  qwenctl auth add                          asks for everything',
    '  qwenctl auth add work -p openai --key-env OPENAI_API_KEY',
    '  qwenctl auth add play -p sandbox          needs no key: replies are simulated',
  ].join('\n')
}

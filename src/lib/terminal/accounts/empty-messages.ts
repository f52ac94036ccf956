import type { AccountFilter } from '../../toolkit/toolkit.ts'

/** What to do where there is nothing to show. */
export function formatEmpty(filter: AccountFilter): string {
  if (Object.keys(filter).length > 0) return 'No account matches. qwenctl auth list shows them all.'
  return [
    'No accounts yet. Add the first one:',
    '',
    '  qwenctl auth add                          asks for everything',
    '  qwenctl auth add work -p openai --key-env OPENAI_API_KEY',
    '  qwenctl auth add play -p sandbox          needs no key: replies are simulated',
  ].join('\n')
}

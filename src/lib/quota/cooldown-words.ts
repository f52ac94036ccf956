import type { OutcomeClass } from './log/events.ts'

/**
 * The one table of words for cooldowns, statuses and errors, as people read them. Each text says what the provider
 * did, never what qwenctl guesses.
 */
export const cooldownWords: Readonly<Record<OutcomeClass, string>> = {
  ok: 'set by hand',
  'rate-short': 'rate limited by the provider',
  'quota-window': 'the provider says its quota is used up',
  'quota-hard': 'the provider says there is no credit or quota left',
  'auth-refresh': 'its login has to be renewed',
  'auth-dead': 'its credential is refused',
  'model-unavailable': 'the provider does not serve the model to it',
  'route-missing': 'the provider does not have the endpoint',
  'request-declined': 'the provider declined a request',
  overloaded: 'the provider is overloaded',
  'bad-request': 'the provider refused a request',
  unreachable: 'the provider could not be reached',
  timeout: 'the provider did not answer in time',
  aborted: 'the client left',
  lost: 'an answer broke off',
}

import type { OutcomeClass } from '../quota/log/events.ts'

/** The outcome of an attempt, as shown after the name of its account. */
export const outcomeWords: Record<OutcomeClass, string> = {
  ok: 'answered',
  'rate-short': 'rate limited',
  'quota-window': 'quota used up',
  'quota-hard': 'no quota or credit left',
  'auth-refresh': 'login has to be renewed',
  'auth-dead': 'credential refused',
  'model-unavailable': 'does not serve the model',
  'route-missing': 'does not have the endpoint',
  'request-declined': 'cannot serve this request',
  overloaded: 'overloaded',
  'bad-request': 'request refused',
  unreachable: 'not reached',
  timeout: 'no answer in time',
  aborted: 'the client left',
  lost: 'the answer broke off',
}

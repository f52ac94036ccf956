import { checkName } from '../../account/name.ts'
import { QwenctlError } from '../../base/errors.ts'
import { parseAuthHeader } from '../../provider/auth-header.ts'
import type { Provider } from '../../provider/provider.ts'
import { inField } from '../settings/in-field.ts'
import type { AccountSettings } from './account-inputs.ts'

type ServiceFields = Pick<AccountSettings, 'service' | 'authHeader'>

/** Checks the fields of an account at any HTTP API. Throws `invalid_value` naming the flag. */
export function checkService(
  { service, authHeader }: ServiceFields,
  provider: Pick<Provider, 'id' | 'kind'>,
): ServiceFields {
  const checked: ServiceFields = {}
  const isGiven = service != null || authHeader != null
  if (isGiven && provider.kind !== 'http') {
    throw new QwenctlError('invalid_value', `${provider.id} is a provider of models, not any HTTP API`, {
      hint: 'use -p http with --service and --auth-header',
    })
  }
  if (service !== undefined) {
    checked.service = service === null ? null : inField('service', () => checkName('service', service))
  }
  if (authHeader !== undefined) {
    checked.authHeader = authHeader === null ? null : inField('authHeader', () => checkAuthHeader(authHeader))
  }
  return checked
}

/** Does not quote the header: people paste keys into it. */
function checkAuthHeader(text: string): string {
  if (parseAuthHeader(text) !== null) return text.trim()
  throw new QwenctlError(
    'invalid_value',
    'the value of --auth-header is not a header with {key} in its value',
    {
      hint: "for example --auth-header 'Authorization: Bearer {key}'",
    },
  )
}

/** The error for an account at `http` without a service. */
export function missingService(): QwenctlError {
  return new QwenctlError('missing_answer', 'an account at any HTTP API needs the name of its service', {
    hint: 'add --service NAME; its requests go below /services/NAME',
    details: { field: 'service' },
  })
}

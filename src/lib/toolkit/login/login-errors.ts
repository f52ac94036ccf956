import type { Account } from '../../account/account.ts'
import { QwenctlError } from '../../base/errors.ts'

export function needsLogin({ provider, name }: Account, why: string): QwenctlError {
  return new QwenctlError('needs_login', `the login of ${provider}/${name} has ended: ${why}`, {
    hint: `qwenctl auth refresh ${provider}/${name} --login`,
  })
}

export function unavailable({ provider, name }: Account, why: string): QwenctlError {
  return new QwenctlError(
    'upstream_unavailable',
    `the login of ${provider}/${name} could not be renewed: ${why}`,
    { hint: 'nothing is lost: it is tried again' },
  )
}

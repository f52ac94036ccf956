import type { Account } from '../../account/account.ts'
import { fullReference } from '../../account/account.ts'
import { isQwenctlError, readMessage } from '../../base/errors.ts'
import { LOST_VAULT_FIX } from '../../base/lost-key.ts'
import { describeTrouble } from '../../rotation/cooldowns/account-trouble.ts'
import { closedKinds, credentialPart } from '../../rotation/cooldowns/unusable-credential.ts'
import { openAccountsDocument } from '../../store/documents/accounts-document.ts'
import { vaultKind } from '../../store/vault/vault.ts'
import type { Check } from './check.ts'
import { check } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'

const MOST_NAMES = 5

/** Opens every secret. Creates no key if there is nothing to open. */
export async function checkSecrets({ home, env, secrets, vault }: DoctorParts): Promise<Check[]> {
  const data = await openAccountsDocument(home)
    .read()
    .catch(() => null) // the check of accounts.json reports it
  const accounts = [...(data?.accounts ?? []), ...(data?.archived ?? [])]
  const sealed = accounts.filter(
    ({ credential, egressProxy }) => credential.type !== 'none' || egressProxy !== null,
  )
  if (sealed.length === 0)
    return [check('vault', 'vault', { status: 'skip', detail: 'nothing is sealed yet' })]
  try {
    if ((await vaultKind(home, env)) === null) {
      const detail = `the key of ${sealed.length} secrets is gone: ${home.masterKeyFile} is missing`
      const fix = `bring master.key back; if it is lost, ${LOST_VAULT_FIX}`
      return [check('vault', 'vault', { status: 'fail', detail, fix })]
    }
    const { kind, warning } = await vault()
    const detail = warning ?? `new secrets are sealed with the ${kind}`
    const failed: Account[] = []
    for (const account of sealed) {
      await secrets.openAll(account).catch(() => failed.push(account))
    }
    const state = check('vault', 'vault', { status: warning === null ? 'ok' : 'warn', detail })
    return [state, opened(sealed.length, failed)]
  } catch (error) {
    const fix = isQwenctlError(error) ? error.hint : null
    return [check('vault', 'vault', { status: 'fail', detail: readMessage(error), fix })]
  }
}

function opened(count: number, failed: Account[]): Check {
  const [first] = failed
  if (first === undefined)
    return check('secrets', 'credentials', { status: 'ok', detail: `all ${count} open` })
  const rest = failed.length > MOST_NAMES ? ` and ${failed.length - MOST_NAMES} more` : ''
  const detail = `${failed.length} of ${count} do not open: ${failed.slice(0, MOST_NAMES).map(fullReference).join(', ')}${rest}`
  const { fix: again } = describeTrouble(closedKinds[credentialPart(first)], first)
  const fix = `set QWENCTL_PASSPHRASE if it sealed them, or give them again: ${again}; or ${LOST_VAULT_FIX}`
  return check('secrets', 'credentials', { status: 'fail', detail, fix })
}

import type { AccountScope, ClientKey } from '../../account/client-key.ts'
import type { Aliases } from './aliases.ts'
import { mismatchKind } from '../mismatch.ts'
import { keepAllowed } from '../key-rules.ts'
import { accountsLeftOut } from './model-holders.ts'
import type { Member } from '../pool/member.ts'
import type { RotationRequest } from '../rotation-request.ts'
import { splitModel } from '../rotation-request.ts'

/** A client, and what it may use. */
export interface AliasClient {
  /** Null: it needs no key. */
  key: Pick<ClientKey, 'models'> | null
  scope: AccountScope
}

/** The aliases that a client may use: an account in its scope may have one of their models. */
export function usableAliases(aliases: Aliases, members: readonly Member[], client: AliasClient): string[] {
  const { user, allowed } = client.scope
  const providers = new Set(members.map(({ account }) => account.provider))
  const hasProvider = (id: string) => providers.has(id)
  const found: string[] = []
  for (const [name, models] of aliases) {
    const steps = models.map((model) => splitModel(model, hasProvider))
    const own = client.key === null ? steps : keepAllowed(steps, client.key, name, hasProvider)
    if (own.some((step) => mayBeServed(members, { ...step, user, allowed }))) found.push(name)
  }
  return found
}

/** Whether any account could ever serve such a request, apart from what it has spent. */
export function mayBeServed(members: readonly Member[], request: RotationRequest): boolean {
  const isLeftOut = accountsLeftOut(members, request)
  return members.some((member) => mismatchKind(member, request) === null && !isLeftOut(member))
}

import { isInScope } from '../account/client-key.ts'
import { weighEvidence } from './models/model-evidence.ts'
import type { Member } from './pool/member.ts'
import type { Refusal, MismatchKind } from './refusal.ts'
import type { RotationRequest, EndpointWish } from './rotation-request.ts'

/** The refusal that only a change of the documents ends: the account does not fit the request. */
export function mismatch(member: Member, request: RotationRequest): Refusal | null {
  const kind = mismatchKind(member, request)
  return kind === null ? null : { kind, availableAt: null, words: formatMismatch(kind, member, request) }
}

export function mismatchKind(member: Member, request: RotationRequest): MismatchKind | null {
  const { dialects, hasRoute, isKeptApart } = member
  const { dialect, model, route } = request
  const ofAccount = accountMismatch(member, request)
  if (ofAccount !== null) return ofAccount
  if (isGiven(request.anyOf)) {
    if (!request.anyOf.some((each) => dialects.has(each.dialect))) return 'wrong-dialect'
    if (!request.anyOf.some((each) => hasEndpoint(member, each))) return 'no-such-route'
  }
  if (isGiven(dialect) && !dialects.has(dialect)) return 'wrong-dialect'
  if (isGiven(route) && dialect !== 'gemini' && hasRoute(route) === false) return 'no-such-route'
  if (!isGiven(model) || weighEvidence(member, model) !== 'absent') return null
  return isKeptApart ? 'kept-apart' : 'model-not-served'
}

/** Whether the request may use this account at all, whatever model, format or endpoint it asks for. */
export function isAskable(member: Member, request: RotationRequest): boolean {
  return accountMismatch(member, request) === null
}

function accountMismatch({ account, service }: Member, request: RotationRequest): MismatchKind | null {
  const { allowed } = request
  if (!account.enabled) return 'disabled'
  if (service !== (request.service ?? null)) return 'other-service'
  if (differs(request.user, account.user)) return 'other-user'
  if (differs(request.pin, account.id)) return 'not-pinned'
  if (allowed && !isInScope({ user: null, allowed }, account)) return 'not-allowed'
  if (differs(request.provider, account.provider)) return 'other-provider'
  return isGiven(request.group) && !account.groups.includes(request.group) ? 'other-group' : null
}

export function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}

function differs(asked: string | null | undefined, is: string): boolean {
  return isGiven(asked) && asked !== is
}

/** The refusal of an account that is not tried because others are known to have the model. */
export function elsewhere({ model }: RotationRequest): Refusal {
  const words = `is not known to have model ${String(model)}, which others have`
  return { kind: 'model-elsewhere', availableAt: null, words }
}

function formatMismatch(
  kind: MismatchKind,
  { account, service, dialects }: Member,
  request: RotationRequest,
): string {
  switch (kind) {
    case 'disabled':
      return 'disabled'
    case 'other-user':
      return `belongs to user ${account.user}`
    case 'not-pinned':
      return 'the request is pinned to another account'
    case 'not-allowed':
      return 'the client key may not use it'
    case 'other-provider':
      return `is at ${account.provider}, the request asks for ${String(request.provider)}`
    case 'other-service':
      return service === null ? 'is an account for models' : `is for requests below /services/${service}`
    case 'other-group':
      return `is not in group ${request.group === '' ? '""' : String(request.group)}`
    case 'wrong-dialect':
      return isGiven(request.anyOf)
        ? 'its endpoint speaks no format that can serve the request'
        : `its endpoint does not speak the ${String(request.dialect)} dialect`
    case 'no-such-route':
      return `its service has no ${String(request.route ?? request.anyOf?.find((each) => dialects.has(each.dialect))?.route)}`
    case 'model-not-served':
      return `does not serve model ${String(request.model)}`
    case 'model-elsewhere':
      return elsewhere(request).words
    case 'kept-apart':
      return 'is simulated: beside real accounts it serves its own models only'
  }
}

/** Whether the account may have this endpoint. */
export function hasEndpoint({ dialects, hasRoute }: Member, { dialect, route }: EndpointWish): boolean {
  // Providers list the routes below their OpenAI base.
  return dialects.has(dialect) && (route === null || dialect === 'gemini' || hasRoute(route) !== false)
}

import { QwenctlError } from '../../../base/errors.ts'
import { findAdditions, leaveOut } from './added-parameters.ts'
import type { AttemptContext } from '../attempt-context.ts'
import type { AttemptListener } from './attempt-result.ts'
import { Attempt } from './attempt.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { findHabits } from '../../../translate/translate.ts'
import { fitOllamaRequest } from '../../../translate/ollama/fit-request.ts'
import type { TranslatedRequest, Without } from '../../../translate/translate.ts'
import type { ProxyContext } from '../proxy-context.ts'
import { buildOutgoing, type Incoming, type Outgoing } from '../plan/outgoing.ts'
import { isOllamaChat } from '../plan/routes.ts'
import type { Target } from '../../pool/target.ts'
import { fitThoughts } from './earlier-thinking.ts'
import { credentialFailure } from './refresh-token.ts'
import type { Assignment } from './assignment.ts'
import type { WireFormat } from '../../../provider/wire-format.ts'
import { boundOutput } from '../../wire/body/output-bound.ts'
import { conversationIn } from '../../wire/body/stored-state.ts'

/**
 * Sends a request to one account. The listener receives the result later, once. Throws if the account's
 * format cannot express the request.
 */
export function startAttempt(
  proxy: ProxyContext,
  exchange: Exchange,
  assignment: Assignment,
  listener: AttemptListener,
): void {
  const { member, step } = assignment
  const isRenewal = assignment.retried.at(-1) === 'access-token'
  const target = isRenewal ? undefined : proxy.live.targets.current(member, step.dialect)
  if (target !== undefined) return start(prepare(target, proxy, exchange, assignment), assignment, listener)
  // Only these requests use a promise: their account must be opened or renewed first.
  const refused = isRenewal ? (assignment.sent?.target.token ?? undefined) : undefined
  proxy.live.targets.build(member, step.dialect, refused).then(
    (opened) => {
      if (exchange.isGone) return listener.onEnd(null)
      if (opened instanceof QwenctlError) {
        noteAttempt(exchange, assignment)
        return listener.onEnd(credentialFailure(opened, proxy.clock()))
      }
      try {
        start(prepare(opened, proxy, exchange, assignment), assignment, listener)
      } catch (error) {
        listener.onFailed(error)
      }
    },
    (error: unknown) => listener.onFailed(error),
  )
}

function start(context: AttemptContext, assignment: Assignment, listener: AttemptListener): void {
  // Counted only now: if its format cannot express the request, the account was not asked.
  noteAttempt(context.exchange, assignment)
  new Attempt(context, listener).start()
}

function noteAttempt(exchange: Exchange, { member, step }: Assignment): void {
  exchange.attempts += 1
  exchange.account = member.account.name
  exchange.isSimulated = member.provider.simulated
  exchange.spoken = step.dialect
}

const NOTHING: readonly string[] = []

/** The request in the account's format, without what the account has refused; null: no translation. */
function translatedFor(
  { translations, member, step, retried, mostTokens }: Assignment,
  target: Target,
  takesUsageOption: boolean,
): TranslatedRequest | null {
  if (step.format === null || translations === null) return null
  const without: Without[] = takesUsageOption ? [] : ['usage-option']
  for (const reason of retried) if (reason === 'effort' || reason === 'sealed-state') without.push(reason)
  const known = target.mostTokens?.get(step.wanted.model ?? '') ?? null
  return translations.make(member, step, without, mostTokens ?? known)
}

/** Finds the place of the bound of an answer in the format of the account. */
function findBound({ plan, step, member }: Assignment): { format: WireFormat | null; name: string } {
  const format = step.format ?? plan.incoming.route.format
  if (format === 'responses') return { format, name: 'max_output_tokens' }
  return { format, name: format === 'chat' ? findHabits(member.speaksLike).maxTokens : 'max_tokens' }
}

/** Fits thinking and `top_k` of an Ollama client in the body of `outgoing`. Returns the fields that were left out. */
function fitOllama({ route }: Incoming, outgoing: Outgoing, provider: string): readonly string[] {
  if (!isOllamaChat(route)) return NOTHING
  const text = outgoing.body.toString('utf8')
  const leftOut: string[] = []
  const fitted = fitOllamaRequest(text, provider, (field) => void leftOut.push(field))
  if (fitted !== text) outgoing.body = Buffer.from(fitted)
  return leftOut
}

/** Fits the earlier thinking in a chat request that is not translated, and names what is left out. */
function fitEarlierThinking(
  exchange: Exchange,
  outgoing: Outgoing,
  { step, leftOut, member }: Assignment,
  { refusedParameters }: Target,
): void {
  const model = step.wanted.model ?? ''
  const known = refusedParameters?.get(model) ?? NOTHING
  const refused = leftOut.length === 0 ? known : [...known, ...leftOut]
  const fitted = fitThoughts(outgoing.body, { provider: member.speaksLike, model, refused })
  if (fitted === null) return
  outgoing.body = fitted.body
  exchange.leftOut = [...exchange.leftOut, ...fitted.leftOut]
}

/** Leaves out the parameters that this account has refused for this model, and names them. */
function leaveOutRefused(
  exchange: Exchange,
  outgoing: Outgoing,
  { step, leftOut }: Assignment,
  { refusedParameters }: Target,
): void {
  const refused = refusedParameters?.get(step.wanted.model ?? '') ?? []
  const names = refused.length === 0 ? leftOut : [...refused, ...leftOut]
  if (names.length === 0) return
  const added = findAdditions(outgoing.body, names)
  // The list of the exchange is the plan's: a whole answer adds the calls that it drops.
  if (outgoing.plan !== null) outgoing.plan.leftOut.push(...added)
  else exchange.leftOut = [...exchange.leftOut, ...added]
  outgoing.body = leaveOut(outgoing.body, names)
}

function prepare(
  target: Target,
  { live, upstreams, heartbeats, clock }: ProxyContext,
  exchange: Exchange,
  assignment: Assignment,
): AttemptContext {
  const { plan, step, member, retried } = assignment
  const { incoming, body } = plan
  const takesUsageOption = target.takesUsageOption && !retried.includes('usage-option')
  const translated = translatedFor(assignment, target, takesUsageOption)
  const outgoing = buildOutgoing(incoming, body, step, {
    exchange,
    takesUsageOption,
    translated,
    provider: member.speaksLike,
    authHeaders: target.authHeaders,
    dropsSeals: retried.includes('sealed-state'),
  })
  exchange.isTranslated = translated !== null
  exchange.leftOut = outgoing.plan?.leftOut ?? fitOllama(incoming, outgoing, member.speaksLike)
  const model = step.wanted.model ?? null
  if (outgoing.plan !== null || isOllamaChat(incoming.route))
    leaveOutRefused(exchange, outgoing, assignment, target)
  else if (incoming.route.format === 'chat') fitEarlierThinking(exchange, outgoing, assignment, target)
  const mostOutput = assignment.use?.mostOutput ?? null
  exchange.mostOutput = mostOutput
  if (mostOutput !== null) outgoing.body = boundOutput(outgoing.body, mostOutput, findBound(assignment))
  assignment.sent = { target, outgoing }
  const { route } = incoming
  const storedIn =
    route.keepsState && body.scan !== null ? conversationIn(body.bytes, body.scan.fields) : null
  return { exchange, route, member, model, storedIn, live, target, upstreams, heartbeats, clock, outgoing }
}

import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import { clientKeyReason, isPlaceholder, loginReason, serviceAt } from './service.ts'
import type { Look } from './source.ts'

export type Variables = Readonly<Record<string, string | undefined>>

interface KeyVariable {
  variable: string
  provider: string
  baseUrl: string | null
  name: string
  note?: string
}

const regionNote =
  'the region is not said: taken for the international one; accounts set --base-url changes it'

/** Keys with a variable that says more than the provider. */
const special: Readonly<Record<string, Omit<KeyVariable, 'variable'>>> = {
  BAILIAN_CODING_PLAN_API_KEY: {
    provider: 'qwen',
    baseUrl: 'https://coding-intl.dashscope.aliyuncs.com/v1',
    name: 'coding-plan',
    note: regionNote,
  },
  BAILIAN_TOKEN_PLAN_API_KEY: {
    provider: 'qwen',
    baseUrl: 'https://token-plan.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1',
    name: 'token-plan',
    note: regionNote,
  },
  XAI_API_KEY: { provider: 'custom', baseUrl: 'https://api.x.ai/v1', name: 'xai' },
}

/** Every key in variables with known names, with the base URL from the variable next to it. */
export function keysIn(
  variables: Variables,
  where: Pick<Finding, 'source' | 'file'>,
  look: Pick<Look, 'providers'>,
): Finding[] {
  const found = keyVariables(look).flatMap((known) =>
    Object.keys(variables)
      .filter((name) => isNumbered(name, known.variable))
      .sort()
      .map((name) => keyIn(variables, { known, name, where, look })),
  )
  return [...found, authToken(variables, where, look)].filter((one) => one !== null)
}

function keyVariables(look: Pick<Look, 'providers'>): KeyVariable[] {
  const plain = look.providers.flatMap(({ id, keyVariables: names }) =>
    names.map((variable) => ({ variable, provider: id, baseUrl: null, name: id })),
  )
  const others = Object.entries(special).map(([variable, more]) => ({ variable, ...more }))
  return [...plain.filter(({ variable }) => !Object.hasOwn(special, variable)), ...others]
}

/** `OPENAI_API_KEY`, and pools such as `OPENAI_API_KEY_1`, `OPENAI_API_KEY_2`. */
function isNumbered(name: string, variable: string): boolean {
  return name === variable || (name.startsWith(variable) && /^_?\d{1,3}$/.test(name.slice(variable.length)))
}

function keyIn(
  variables: Variables,
  given: {
    known: KeyVariable
    name: string
    where: Pick<Finding, 'source' | 'file'>
    look: Pick<Look, 'providers'>
  },
): Finding | null {
  const { known, name, where, look } = given
  const secret = valueOf(variables, name)
  if (secret === null) return null
  const baseUrl = baseUrlBeside(variables, known.variable)
  const service = serviceAt(look.providers, baseUrl ?? known.baseUrl, known.provider)
  const notes = [`from ${name}`]
  if (known.note !== undefined && baseUrl === null) notes.push(known.note)
  return finding({
    ...where,
    ...service,
    name: accountName(known, service, baseUrl),
    secret,
    declined: keyProblem(secret, baseUrl),
    notes,
  })
}

/** Why a text in place of a key is not usable; null: it may be a key. */
export function keyProblem(secret: string, baseUrl: string | null): string | null {
  if (isPlaceholder(secret)) return 'a placeholder, not a key'
  return loginReason(secret) ?? clientKeyReason(secret, baseUrl)
}

function accountName(known: KeyVariable, service: { provider: string }, baseUrl: string | null): string {
  if (service.provider === known.provider) return known.name
  if (service.provider !== 'custom') return service.provider
  return (baseUrl === null ? null : URL.parse(baseUrl)?.hostname) ?? known.name
}

/** The value of a variable, resolved through one reference; null if it has none. */
export function valueOf(variables: Variables, name: string): string | null {
  const value = variables[name]?.trim() ?? ''
  const reference = /^\$(?:\{(\w+)\}|(\w+))$/.exec(value)
  const text = reference === null ? value : (variables[reference[1] ?? reference[2] ?? '']?.trim() ?? '')
  return text === '' ? null : text
}

function baseUrlBeside(variables: Variables, keyVariable: string): string | null {
  const stem = keyVariable.replace(/_API_KEY$/, '')
  return valueOf(variables, `${stem}_BASE_URL`) ?? valueOf(variables, `${stem}_API_BASE`)
}

/** `ANTHROPIC_AUTH_TOKEN` comes from a gateway or a login; only at a known host it is a key. */
function authToken(
  variables: Variables,
  where: Pick<Finding, 'source' | 'file'>,
  look: Pick<Look, 'providers'>,
): Finding | null {
  const secret = valueOf(variables, 'ANTHROPIC_AUTH_TOKEN')
  if (secret === null) return null
  const baseUrl = valueOf(variables, 'ANTHROPIC_BASE_URL')
  const service = serviceAt(look.providers, baseUrl, 'anthropic')
  const isKey = service.provider !== 'anthropic' || /^sk-ant-api/.test(secret)
  const problem = keyProblem(secret, baseUrl)
  return finding({
    ...where,
    ...service,
    name: service.provider,
    secret,
    declined:
      problem ??
      (isKey ? null : 'the token of a login or a gateway, not an API key of a service that is known'),
    notes: ['from ANTHROPIC_AUTH_TOKEN'],
  })
}

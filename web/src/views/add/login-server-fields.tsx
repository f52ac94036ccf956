import type { JSX } from 'preact'
import type { ApiErrorBody, NewLogin } from '../../api/types.ts'
import { InputField, readText } from '../../parts/form/field.tsx'

const fields = [
  { name: 'issuer', label: 'Issuer', placeholder: 'https://login.example.com' },
  { name: 'deviceEndpoint', label: 'Device endpoint', placeholder: 'as the issuer says' },
  { name: 'tokenEndpoint', label: 'Token endpoint', placeholder: 'as the issuer says' },
  { name: 'clientId', label: 'Client id', placeholder: "the provider's own" },
  { name: 'scope', label: 'Scope', placeholder: "the provider's own" },
] as const

export const loginServerNames: string[] = fields.map(({ name }) => name)

/** The login server (RFC 8628), for services without a built-in one, or to use another one. */
export function LoginServerFields({
  isNeeded,
  error,
}: {
  isNeeded: boolean
  error: ApiErrorBody | null
}): JSX.Element {
  return (
    <details class="more" open={isNeeded}>
      <summary>Login server</summary>
      {fields.map(({ name, label, placeholder }) => (
        <InputField key={name} {...{ name, label, placeholder, error }} />
      ))}
    </details>
  )
}

/** Only filled fields: the provider has the others. */
export function readLoginServer(form: HTMLFormElement): Partial<NewLogin> {
  const given = fields.map(({ name }) => [name, readText(form, name)]).filter(([, value]) => value !== '')
  return Object.fromEntries(given) as Partial<NewLogin>
}

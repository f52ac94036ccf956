import { maskSecret } from './mask-secret.ts'

const SECRET_NAME = /key|token|secret|password|passwd|signature|auth|code/i

/** A URL fit for display: password, secret parameters and a token in place of the user name are replaced. */
export function maskUrl(url: string): string {
  const scheme = /^(?:[a-z][a-z0-9+.-]*:)?\/\//i.exec(url)?.[0] ?? ''
  return (scheme + maskAuthority(url.slice(scheme.length))).replace(/[?&][^&#\s]+/g, maskParameter)
}

/** Masks the user information in the part of a URL after its scheme. */
export function maskAuthority(rest: string): string {
  const last = rest.lastIndexOf('@')
  if (last < 0) return rest
  const [authority = ''] = rest.split(/[/?#]/, 1)
  // A password with an unescaped `/`, `?` or `#` splits the URL: its true end is then the last `@`.
  const isBroken = !authority.includes('@') && !URL.canParse(`http://${rest}`)
  const end = isBroken ? last : authority.lastIndexOf('@')
  if (end < 0) return rest
  const userinfo = rest.slice(0, end)
  const colon = userinfo.indexOf(':')
  const shown =
    colon < 0 ? (userinfo.length < 16 ? userinfo : maskSecret(userinfo)) : `${userinfo.slice(0, colon)}:…`
  return shown + rest.slice(end)
}

/** Masks the value of a parameter with a secret's name. The text begins with `?` or `&` and may hold more `?`. */
export function maskParameter(parameter: string): string {
  let start = 0
  for (const piece of parameter.split('?')) {
    const equals = piece.indexOf('=')
    const end = start + equals + 1
    if (equals > 0 && end < parameter.length && SECRET_NAME.test(piece.slice(0, equals))) {
      return `${parameter.slice(0, end)}…`
    }
    start += piece.length + 1
  }
  return parameter
}

import { QwenctlError } from '../../base/errors.ts'
import type { LoginHttp } from './login-http.ts'
import { checkLoginUrl, getJson } from './login-http.ts'
import { parseObject, textOrNull } from './token-set.ts'

export interface DiscoveredServer {
  deviceEndpoint: string
  tokenEndpoint: string
}

/**
 * Discovers the endpoints of an issuer: OpenID Connect Discovery, then RFC 8414. Throws `upstream_unavailable` if
 * neither is available, `invalid_value` for an issuer without device login.
 */
export async function discover(
  http: LoginHttp,
  issuer: string,
  signal?: AbortSignal,
): Promise<DiscoveredServer> {
  const base = checkLoginUrl(issuer, 'the issuer').replace(/\/+$/, '')
  const { origin, pathname } = new URL(base)
  const path = pathname === '/' ? '' : pathname
  const places = [
    `${base}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
  const said: string[] = []
  for (const place of places) {
    const reply = await getJson(http, place, signal)
    const body = reply.kind === 'answer' && reply.status === 200 ? parseObject(reply.text) : null
    if (body !== null) return readMetadata(body, base)
    said.push(
      reply.kind === 'network' ? reply.message : `${place} answers ${reply.status} without a description`,
    )
    if (reply.kind === 'network') break
  }
  throw new QwenctlError('upstream_unavailable', `the issuer does not describe itself: ${said.join('; ')}`, {
    hint: 'check --issuer, or name its endpoints with --device-endpoint and --token-endpoint',
  })
}

function readMetadata(body: Record<string, unknown>, base: string): DiscoveredServer {
  const issuer = textOrNull(body['issuer'])
  // RFC 8414 §3.3: a description that names another issuer must not be used.
  if (issuer === null || issuer.replace(/\/+$/, '') !== base) {
    throw new QwenctlError('invalid_value', `what ${base} describes is another issuer`, {
      hint: 'give --issuer as the server itself names it',
    })
  }
  const deviceEndpoint = textOrNull(body['device_authorization_endpoint'])
  const tokenEndpoint = textOrNull(body['token_endpoint'])
  if (deviceEndpoint === null || tokenEndpoint === null) {
    throw new QwenctlError('invalid_value', `${base} offers no login with a code`, {
      hint: 'use an API key, or name its endpoints with --device-endpoint and --token-endpoint',
    })
  }
  return {
    deviceEndpoint: checkLoginUrl(deviceEndpoint, 'the device endpoint of the issuer'),
    tokenEndpoint: checkLoginUrl(tokenEndpoint, 'the token endpoint of the issuer'),
  }
}

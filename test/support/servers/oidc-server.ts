// A real authorization server (oidc-provider) on this machine, with the device flow, and refresh tokens that work once:
// using one again ends the login. `approve` plays the person at a browser, over HTTP.

import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface OidcServer {
  issuer: string
  clientId: string
  /** Requests to the token endpoint by grant type, as they came. */
  grants: string[]
  /** Every token endpoint answer, so that planted secrets can be looked for. */
  secrets: Set<string>
  /** The lifetime of the tokens that it gives from now on. */
  accessTokenSeconds: number
  newestRefreshToken: string
  /** Leaves refreshes without an answer while it is set. */
  drop: boolean
  /** Resolves at the first that was left so. */
  dropped: Promise<void>
  /** Uses a refresh token up, as a process does that dies with the answer. */
  use(refreshToken: string): Promise<void>
  /** Confirms a login, as a person does that opens the address. */
  approve(verificationUriComplete: string): Promise<void>
  deny(verificationUriComplete: string): Promise<void>
}

interface ProviderClass {
  new (issuer: string, configuration: object): { callback(): RequestListener; proxy: boolean }
}

export async function givenOidcServer(options: { accessTokenSeconds?: number } = {}): Promise<OidcServer> {
  // The package has no types of its own; as a variable, its name is not looked up by the compiler.
  const name = 'oidc-provider'
  const { Provider } = (await import(name)) as { Provider: ProviderClass }
  let handle: RequestListener = () => undefined
  const server = createServer((request, response) => handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const drop = Promise.withResolvers<void>()
  const oidc: OidcServer = {
    issuer,
    clientId: CLIENT,
    grants: [],
    secrets: new Set(),
    accessTokenSeconds: options.accessTokenSeconds ?? 3600,
    newestRefreshToken: '',
    drop: false,
    dropped: drop.promise,
    use: async (token) => {
      const body = new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: token,
        client_id: CLIENT,
      })
      const answer = await fetch(`${issuer}/token`, { method: 'POST', body })
      if (!answer.ok) throw new Error(`the refresh token was not taken: ${await answer.text()}`)
    },
    approve: (uri) => visit(uri, {}),
    deny: (uri) => visit(uri, { abort: 'yes' }),
  }
  const callback = new Provider(issuer, configuration(oidc)).callback()
  handle = (request, response) => {
    if (request.method !== 'POST' || request.url !== '/token') return callback(request, response)
    void watchTokens(oidc, request).then((grant) => {
      if (oidc.drop && grant === 'refresh_token') return drop.resolve()
      const end = response.end.bind(response)
      response.end = ((chunk: string | Buffer, ...rest: []) => {
        note(oidc, String(chunk))
        return end(chunk, ...rest)
      }) as typeof response.end
      callback(request, response)
    })
  }
  return oidc
}

const CLIENT = 'qwenctl-test'

function configuration(oidc: OidcServer): object {
  return {
    clients: [
      {
        client_id: CLIENT,
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        response_types: [],
        redirect_uris: [],
      },
    ],
    features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
    cookies: { keys: ['only for tests'] },
    scopes: ['openid', 'offline_access'],
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: () => oidc.accessTokenSeconds,
      DeviceCode: 600,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 86_400,
      Interaction: 600,
      IdToken: 600,
    },
  }
}

/** Reads the grant type off the wire; oidc-provider takes a body that was read already from `request.body`. */
async function watchTokens(oidc: OidcServer, request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const form = new URLSearchParams(text)
  Object.assign(request, { body: Object.fromEntries(form) })
  const grant = form.get('grant_type') ?? ''
  oidc.grants.push(grant)
  for (const name of ['refresh_token', 'device_code', 'code_verifier']) {
    const secret = form.get(name)
    if (secret !== null) oidc.secrets.add(secret)
  }
  return grant
}

function note(oidc: OidcServer, text: string): void {
  const body = JSON.parse(text) as Record<string, string | undefined>
  for (const name of ['access_token', 'refresh_token', 'id_token']) {
    if (body[name] !== undefined) oidc.secrets.add(body[name])
  }
  oidc.newestRefreshToken = body['refresh_token'] ?? oidc.newestRefreshToken
}

/** A browser without pictures: keeps cookies, follows redirects, and fills in the forms that it is shown. */
async function visit(address: string, answers: Record<string, string>): Promise<void> {
  const cookies = new Map<string, string>()
  let request: { url: string; form?: URLSearchParams } | null = { url: address }
  for (let step = 0; request !== null && step < 20; step += 1) {
    const { url, form }: { url: string; form?: URLSearchParams } = request
    const response: Response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: form }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const location = response.headers.get('location')
    const page = await response.text()
    if (location !== null) request = { url: new URL(location, url).href }
    else if (response.status >= 400)
      throw new Error(`the browser saw ${response.status}: ${page.slice(0, 500)}`)
    else request = formIn(page, url, answers)
  }
}

function formIn(
  page: string,
  url: string,
  answers: Record<string, string>,
): { url: string; form: URLSearchParams } | null {
  const found = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(page)
  if (found === null) return null
  const [, action = '', inside = ''] = found
  const form = new URLSearchParams()
  for (const [tag] of inside.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1]
    if (name !== undefined) form.set(name, /value="([^"]*)"/.exec(tag)?.[1] ?? 'somebody')
  }
  // The page of the code has both answers; any other has only to be sent.
  if (url.includes('/device') && form.has('user_code')) {
    for (const [name, value] of Object.entries(answers)) form.set(name, value)
    if (answers['abort'] === undefined) form.delete('abort')
  }
  return { url: new URL(action.replaceAll('&amp;', '&'), url).href, form }
}

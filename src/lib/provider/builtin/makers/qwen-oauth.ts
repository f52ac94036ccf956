import { qwenOauthFailures } from '../../failures/makers/qwen-oauth.ts'
import { defineProvider } from '../../define-provider.ts'

const closed =
  'Alibaba closed the free Qwen OAuth tier on 15 April 2026. Use an API key (qwenctl auth add NAME -p qwen) or another provider instead.'

/** A bare host (`portal.qwen.ai`) or a URL; tokens are valid at that host alone. */
export function qwenResourceBase(answer: Readonly<Record<string, unknown>>): string | null {
  const given = answer['resource_url'] ?? answer['endpoint']
  if (typeof given !== 'string' || given.trim() === '') return null
  const text = given.trim()
  const bare = (/^https?:\/\//i.test(text) ? text : `https://${text}`).replace(/\/+$/, '')
  return bare.endsWith('/v1') ? bare : `${bare}/v1`
}

/** The reported code of an ended refresh token: `invalid_request`, where other services say `invalid_grant`. */
function isRefreshDead(status: number, answer: Readonly<Record<string, unknown>>): boolean {
  const { error, error_description: words } = answer
  const isSaid = typeof words === 'string' && /invalid refresh token/i.test(words)
  return status === 401 || (status === 400 && error === 'invalid_request' && isSaid)
}

/**
 * The login of Qwen Code (chat.qwen.ai), for accounts that its servers still accept; endpoints can be overridden.
 */
export const qwenOauth = defineProvider({
  id: 'qwen-oauth',
  label: 'Qwen OAuth (login of Qwen Code; its free tier is closed)',
  endpoints: [{ id: 'portal', label: 'Qwen portal', openai: 'https://portal.qwen.ai/v1' }],
  outcomes: qwenOauthFailures.rows,
  routes: { 'chat/completions': true },
  serves: (model) => (['coder-model', 'vision-model'].includes(model) ? true : null),
  models: ['coder-model', 'vision-model'],
  device: {
    deviceEndpoint: 'https://chat.qwen.ai/api/v1/oauth2/device/code',
    tokenEndpoint: 'https://chat.qwen.ai/api/v1/oauth2/token',
    clientId: 'f0304373b74a44d2b584a3fb70ca9e56',
    scope: 'openid profile email model.completion',
    pkce: true,
    baseUrl: qwenResourceBase,
    isRefreshDead,
    refusal: closed,
  },
  terms: closed,
})

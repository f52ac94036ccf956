// Gateways that other people run: one-api and its children (new-api, sub2api), and LiteLLM.
import type { ServiceFailures } from '../failure-row.ts'

const ONE_API = 'github.com/QuantumNous/new-api/tree/main/middleware (2026-11)'
const oneApi = (message: string, type = 'new_api_error', code = '') => ({
  error: { message: `${message} (request id: 20261125)`, type, param: '', code },
})

export const oneApiFailures: ServiceFailures = {
  id: 'one-api',
  label: 'one-api, new-api and sub2api',
  providers: [],
  rows: [
    {
      id: 'gateway-model-cooldown',
      code: 'model_cooldown',
      class: 'rate-short',
      scope: 'model',
      about: 'all accounts of the gateway rest for this model; the last error of one of them may follow',
      source: 'github.com/router-for-me/CLIProxyAPI/issues/5639 (2026-09)',
      examples: [
        {
          status: 429,
          body: {
            error: {
              code: 'model_cooldown',
              last_upstream_error: 'usage_limit_reached: The usage limit has been reached',
              message:
                'All credentials for model gpt-5.6-sol are cooling down (last error: usage_limit_reached: The usage limit has been reached)',
              model: 'gpt-5.6-sol',
              reset_seconds: 45,
              reset_time: '45s',
            },
          },
          ends: '2026-11-25T10:00:45.000Z',
        },
      ],
    },
    {
      id: 'one-api-no-channel',
      message: /无可用渠道|\bno available channels?\b/i,
      class: 'model-unavailable',
      about: 'the group has no channel for the model',
      source: 'github.com/songquanpeng/one-api/issues/2340 (2025-12)',
      examples: [
        { status: 503, body: oneApi('当前分组 default 下对于模型 gpt-5 无可用渠道', 'one_api_error') },
        {
          status: 503,
          body: oneApi(
            'No available channel for model gpt-5 under group default (distributor)',
            'new_api_error',
            'model_not_found',
          ),
        },
      ],
    },
    {
      id: 'one-api-quota',
      message:
        /(?<!(?:小时|[日周月])(?:免费)?)额度(?:不足|已用尽)|预扣费额度失败|\b(?:user|token) quota is not enough\b|该令牌额度已用尽/i,
      class: 'quota-hard',
      about: 'the user or the token of the gateway has no quota left',
      source: 'github.com/songquanpeng/one-api/issues/1270 (2024-04)',
      examples: [
        {
          status: 403,
          body: oneApi(
            '预扣费额度失败, 用户剩余额度: ＄0.01, 需要预扣费额度: ＄0.06',
            'new_api_error',
            'insufficient_user_quota',
          ),
        },
        { status: 401, body: oneApi('该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = 0') },
        { status: 403, body: oneApi('user quota is not enough', 'one_api_error', 'insufficient_user_quota') },
      ],
    },
    {
      id: 'one-api-token',
      message: /无效的令牌|令牌(?:已过期|状态不可用)|未提供令牌|用户已被封禁/,
      class: 'auth-dead',
      about: 'the token of the gateway is refused',
      source: ONE_API,
      examples: [
        { status: 401, body: oneApi('无效的令牌') },
        { status: 401, body: oneApi('该令牌已过期') },
        { status: 403, body: oneApi('用户已被封禁') },
      ],
    },
    {
      id: 'one-api-model-denied',
      message: /该令牌无权(?:访问|使用)(?:模型|分组)/,
      class: 'model-unavailable',
      about: 'the token may not use the model',
      source: ONE_API,
      examples: [{ status: 403, body: oneApi('该令牌无权访问模型 gpt-5') }],
    },
    {
      id: 'one-api-saturated',
      message: /负载已饱和|\bupstream load (?:is )?saturated\b/i,
      class: 'overloaded',
      about: 'the services behind the gateway are full',
      source: 'github.com/QuantumNous/new-api/issues/4331 (2026-04)',
      examples: [
        { status: 429, body: oneApi('当前分组上游负载已饱和，请稍后再试') },
        {
          status: 429,
          body: oneApi('当前分组负载已饱和，请稍后再试', 'billing_not_active', 'billing_not_active'),
        },
      ],
    },
    {
      id: 'one-api-sensitive',
      code: 'sensitive_words_detected',
      class: 'bad-request',
      about: 'the gateway refuses a word of the request',
      source: ONE_API,
      examples: [
        {
          status: 500,
          body: oneApi('sensitive words detected', 'new_api_error', 'sensitive_words_detected'),
        },
      ],
    },
    {
      id: 'one-api-upstream',
      code: [
        'bad_response_status_code',
        'bad_response',
        'do_request_failed',
        'upstream_error',
        'channel:no_available_key',
        'read_response_body_failed',
      ],
      when: ({ status }) => status >= 500,
      class: 'overloaded',
      about: 'the service behind the gateway failed',
      source: ONE_API,
      examples: [
        {
          status: 502,
          body: oneApi('bad response status code 502', 'upstream_error', 'bad_response_status_code'),
        },
      ],
    },
    {
      id: 'sub2api-protocol',
      status: 400,
      message: /^unsupported legacy protocol\b/i,
      class: 'route-missing',
      about: 'the group of this key serves another endpoint only',
      source: 'github.com/Wei-Shaw/sub2api/issues/885 (2026-03)',
      examples: [
        {
          status: 400,
          body: oneApi(
            'Unsupported legacy protocol: /v1/chat/completions is not supported. Please use /v1/responses.',
            'invalid_request_error',
          ),
        },
      ],
    },
  ],
  bodies: [
    {
      status: 403,
      body: { code: 'INSUFFICIENT_BALANCE', message: 'Insufficient account balance' },
      class: 'quota-hard',
      source: 'github.com/Wei-Shaw/sub2api/issues/890 (2026-11)',
    },
    {
      status: 429,
      body: oneApi('您已达到请求数限制：1分钟内最多请求10次'),
      class: 'rate-short',
      source: ONE_API,
    },
    {
      status: 500,
      body: oneApi('sensitive words detected', 'new_api_error', 'sensitive_words_detected'),
      class: 'bad-request',
      source: ONE_API,
    },
    { status: 429, body: { success: false, message: '请求过于频繁' }, class: 'rate-short', source: ONE_API },
  ],
}

const LITELLM = 'docs.litellm.ai/docs/proxy/error_reference (2026-11)'
const litellm = (message: string, type: string | null, code: string) => ({
  error: { message, type, param: null, code },
})

export const litellmFailures: ServiceFailures = {
  id: 'litellm',
  label: 'LiteLLM',
  providers: [],
  rows: [
    {
      id: 'litellm-budget',
      message:
        /\bbudget has been exceeded\b|\bExceeded\w*Budget\b|\bexceeded (?:max )?budget\b|\bcrossed budget\b/i,
      class: 'quota-hard',
      about: 'the budget of the key, user or team is spent',
      source: 'github.com/BerriAI/litellm/issues/22726 (2026-03)',
      examples: [
        {
          status: 400,
          body: litellm(
            'Budget has been exceeded! Current cost: 26.075, Max budget: 0.25',
            'budget_exceeded',
            '400',
          ),
        },
        {
          status: 429,
          body: litellm('ExceededBudget: User=me over budget. Spend=11, Budget=10', 'budget_exceeded', '429'),
        },
      ],
    },
    {
      id: 'litellm-model-denied',
      when: ({ type, message }) =>
        /^(?:key|team|user|org)_model_access_denied$/.test(type ?? '') ||
        /\b(?:key|team|user) not allowed to access model\b/i.test(message),
      class: 'model-unavailable',
      about: 'the key may not use the model',
      source: LITELLM,
      examples: [
        {
          status: 403,
          body: litellm(
            "key not allowed to access model. This key can only access models=['gpt-4o']. Tried to access gpt-5",
            'key_model_access_denied',
            '403',
          ),
        },
      ],
    },
    {
      id: 'litellm-no-deployment',
      message: /\bno (?:healthy )?deployments? available\b/i,
      class: 'rate-short',
      about: 'every deployment of the model is in cooldown',
      source: 'github.com/BerriAI/litellm/issues/5177 (2024-08)',
      examples: [
        {
          status: 429,
          body: litellm(
            'No deployments available for selected model, Try again in 60 seconds. Passed model=claude-3-haiku. pre-call-checks=False',
            'None',
            '429',
          ),
          ends: '2026-11-25T10:01:00.000Z',
        },
      ],
    },
  ],
  bodies: [
    {
      status: 401,
      body: litellm(
        'Authentication Error, Invalid proxy server token passed. Received API Key = sk-...abcd, Key Hash (Token) =1. Unable to find token in cache or `LiteLLM_VerificationTokenTable`',
        'token_not_found_in_db',
        '401',
      ),
      class: 'auth-dead',
      source: LITELLM,
    },
    {
      status: 400,
      body: litellm(
        "{'error': '/chat/completions: Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models for your key.'}",
        null,
        '400',
      ),
      class: 'model-unavailable',
      source: LITELLM,
    },
    {
      status: 429,
      body: litellm('Max parallel request limit reached. Limit type: key. Current limit: 1', 'None', '429'),
      class: 'rate-short',
      source: LITELLM,
    },
    {
      status: 400,
      body: litellm(
        'litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: OpenAIException - Your input exceeds the context window of this model.',
        'invalid_request_error',
        '400',
      ),
      class: 'bad-request',
      source: LITELLM,
    },
    {
      status: 400,
      body: litellm(
        "litellm.UnsupportedParamsError: groq does not support parameters: ['foo'], for model=llama",
        'None',
        '400',
      ),
      class: 'bad-request',
      source: LITELLM,
    },
    {
      status: 429,
      body: litellm(
        'litellm.RateLimitError: AzureException RateLimitError - {"error":{"code":"429","message":"Rate limit is exceeded. Try again in 50 seconds."}}',
        'throttling_error',
        '429',
      ),
      ends: '2026-11-25T10:00:50.000Z',
      class: 'rate-short',
      source: 'github.com/jasonacox/TinyLLM/issues/17 (2025-02)',
    },
    {
      status: 500,
      body: litellm(
        'litellm.APIConnectionError: Ollama_chatException - [Errno 111] Connection refused',
        null,
        '500',
      ),
      class: 'overloaded',
      source: LITELLM,
    },
  ],
}

// Words that mean an account in one message and a part of the request in another. The bodies are composed: each rule
// must hold for wordings that no service has used yet.
import { describe, expect, it, test } from 'vitest'
import { classify } from '../../../../src/lib/provider/failures/outcome-table.ts'
import { givenAnswer, inSeconds } from '../given-answer.ts'

type Body = readonly [status: number, message: string]

const judge = (status: number, message: string, headers: Record<string, string> = {}) =>
  classify(givenAnswer(status, { error: { message, type: 'x', code: null } }, headers))

function eachIs(outcome: string, bodies: readonly Body[]) {
  it.each(bodies)(`%i %s: ${outcome}`, (status, message) => {
    expect(judge(status, message).class).toBe(outcome)
  })
}

describe('a fault of the request in the words for a key', () => {
  eachIs('bad-request', [
    [400, 'Function get_api_token: missing api_token in required'],
    [400, 'Schema for function login missing required description'],
    [400, 'tool_choice names login, but login is not found in tools'],
    [400, 'Unsupported parameter: api_key is not a valid field'],
    [400, 'Could not fetch the URL: 401 authentication required'],
    [400, 'Cannot download file from https://a b: authentication required'],
    [400, 'Failed to load image: the server said invalid token'],
    [400, 'The uploaded file is password protected: authentication required'],
    [400, 'tools[2]: credentials are missing for tool github_search'],
    [400, 'Plugin weather requires api key: api key is missing'],
    [400, 'oauth token expired for Google Drive connector'],
    [400, 'Connector Slack: your access token expired'],
    [422, 'Parameter secret_key: expired secret key format is not supported'],
    [424, 'Failed to call tool server: authentication failed'],
    [424, 'Your Google credentials have expired'],
    [400, '工具 login 缺少 API key 参数: apikey 无效'],
    [400, 'Logprobs are not supported by this model: token invalid for this subscription plan'],
  ])
})

describe('a fault of the request in the words for an account, a region or an address', () => {
  eachIs('bad-request', [
    [400, 'account locked is not a valid property name'],
    [400, 'Failed to fetch image: HTTP 403 access denied due to hotlink protection'],
    [400, 'Access denied due to content policy: the prompt was flagged'],
    [400, 'Webpage is blocked: access denied due to robots'],
    [404, 'User conversation abc was deleted'],
    [400, 'Could not load https://x/y.png: access denied due to an expired signature'],
    [400, 'Invalid value: account has been disabled is not one of the enum'],
    [400, 'Role user is blocked after assistant'],
    [400, 'Message 3: the user is restricted to text parts'],
    [404, 'Thread was deleted: user is inactive in this conversation'],
    [409, 'Conversation conv_1 is locked by another request; user is blocked'],
    [400, 'Conversation is locked: another run works on it. user is blocked until it ends'],
    [400, 'Invalid user id: user is restricted to the characters a-z'],
    [400, 'Document is locked: project is suspended'],
    [400, '账户字段异常: user 参数错误'],
    [400, '输入内容包含违规行为描述'],
    [400, 'URL resolves to a private IP address which is not allowed'],
    [422, 'Webhook URL: ip address is not allowed'],
    [400, 'web_search_options.user_location: country XX is not supported'],
    [400, 'Property country: unsupported region code'],
    [400, 'Identity verification documents are not supported'],
  ])
})

describe('a fault of the request in the words for money or a rate', () => {
  eachIs('bad-request', [
    [400, 'thinking budget exceeded the max_tokens'],
    [400, 'budget_tokens exceeds: thinking budget limit 32000'],
    [400, 'Budget has been exceeded by the thinking of this tool'],
    [400, 'Function send_invoice: budget limit is not a valid argument name'],
    [400, 'function 充值 的 参数 错误'],
    [400, 'Audio sample rate limit: 48000'],
    [400, 'sampling rate limit exceeded: 48000 Hz'],
    [400, 'Video frame rate limit is 30'],
    [400, 'TTS input: throttled speech rate 5 is outside of 0.25 to 4'],
    [400, 'burst must be true or false'],
    [400, 'The webpage returned 429 too many requests'],
    [400, 'Failed to download image: 429 Too Many Requests'],
    [400, 'Fetching the URL failed: rate limit exceeded'],
    [422, 'Argument requests_per_minute: 100 requests per minute is not an integer'],
    [400, 'messages 长度超过限额'],
    [400, '文本超过限额'],
    [400, '每分钟报表的限制字段无效'],
  ])

  it.each([
    [400, 'LimitExceeded', 'Maximum 128 functions', 'bad-request'],
    [422, 'limit_exceeded', 'No', 'bad-request'],
    [429, 'limit_exceeded', 'No', 'rate-short'],
    [403, 'LimitExceeded', 'No', 'rate-short'],
    [400, 'RequestLimitExceeded', 'No', 'rate-short'],
  ])('%i with the code %s and %j: %s', (status, code, message, outcome) => {
    expect(classify(givenAnswer(status, { error: { code, message } })).class).toBe(outcome)
  })
})

describe('a part of the request under 403', () => {
  eachIs('bad-request', [
    [403, 'Access to the file file-abc is denied: it belongs to another organization.'],
    [403, 'User not allowed to access thread thread_abc.'],
    [403, "You don't have access to the requested vector store vs_1"],
    [403, 'Access denied: conversation conv_9 is owned by a different user'],
    [403, 'This voice is private and cannot be used by you'],
    [403, 'Cached content cachedContents/1 is not accessible with these credentials'],
    [403, 'The image URL could not be fetched: access denied by the remote server (403 Forbidden).'],
    [403, 'MCP server https://mcp.example.com returned 403: invalid API key.'],
    [403, 'Connector Google Drive: your credentials have expired'],
    [403, 'The website blocked our crawler: access denied'],
    [403, 'Your prompt was flagged by moderation: account is suspended'],
    [403, 'The prompt was rejected by the safety checker. Requests with API keys are blocked.'],
    [403, 'Guardrail intervened: sensitive topic detected in the prompt'],
    [403, 'Request blocked by DLP policy: PII detected in prompt'],
    [403, 'Malicious content detected in input'],
    [403, '内容不合规，请求被拒绝'],
    [451, 'The content you provided is blocked.'],
  ])
  eachIs('auth-dead', [
    [403, 'Your API key is invalid: see the file docs/keys'],
    [403, 'Account suspended: violation of the acceptable use policy'],
    [403, 'Access from your country is prohibited'],
    [403, 'Your workspace has been archived'],
    [403, '该 API Key 已被禁用'],
  ])
  eachIs('model-unavailable', [
    [403, 'You do not have access to the image model dall-e-3'],
    [403, 'Image generation is not available for your organization'],
    [403, 'Model x is not available in your region'],
    [429, 'Model x is not available on the free plan'],
  ])
  eachIs('quota-window', [[403, 'Daily limit reached for your account: 100 images per day']])
})

describe('a request that is too long, repeated by a gateway', () => {
  eachIs('bad-request', [
    [502, 'Provider error: prompt is too long: 210000 tokens > 200000 maximum'],
    [503, 'context_length_exceeded: Your input exceeds the context window of this model'],
  ])
  eachIs('overloaded', [
    [502, 'Bad gateway'],
    [503, 'The context service is unavailable'],
  ])
})

describe('an account that is the subject, beside a part of the request', () => {
  eachIs('auth-dead', [
    [400, 'Your API key does not allow function calling: API key disabled'],
    [400, 'Your account has been suspended for misuse of image tools'],
    [400, 'Invalid API key. Check the parameters'],
    [400, 'The API key provided is invalid for this endpoint url'],
    [400, 'Authorization header field is missing'],
    [400, 'Bad request: api key missing in header field'],
    [400, 'API key expired. Visit the url https://x to renew the file'],
    [400, 'Image generation is not available in your region'],
    [400, '您的账号因违规行为已被封禁，输入无效'],
    [403, 'User has been banned'],
    [403, 'Project proj_12 has been suspended'],
    [400, 'Invalid JSON Web Token: signature expired'],
  ])
  eachIs('quota-hard', [
    [400, 'Insufficient balance for image generation'],
    [400, 'Out of credits: add credits to generate this video'],
    [400, 'Payment required to use the image API'],
    [400, 'Your credit balance is too low to run this tool'],
    [400, '账户余额不足，无法生成图片'],
    [403, 'Crédits insuffisants'],
    [403, 'Saldo insuficiente'],
  ])
  eachIs('rate-short', [
    [400, 'Too many requests for image generation'],
    [400, 'Rate limit exceeded for file uploads'],
    [400, 'Requests per minute limit exceeded for image model'],
  ])
  eachIs('quota-window', [
    [400, 'Daily image limit reached'],
    [400, 'You have reached your daily limit of image generations'],
  ])

  it('when a code names the key, is the account whatever the words are', () => {
    const body = { error: { message: 'Field x: credentials are missing', code: 'invalid_api_key' } }
    expect(classify(givenAnswer(400, body)).class).toBe('auth-dead')
  })
})

describe('a short block of a key, an account or an address', () => {
  eachIs('rate-short', [
    [429, 'Your account was temporarily restricted, retry in 20 seconds'],
    [429, 'Too many concurrent requests for this account; your access is temporarily restricted'],
    [429, 'Access denied due to high request rate'],
    [429, 'Your IP was temporarily blocked. Retry after 30 seconds'],
    [429, 'Your organization has been temporarily suspended, please slow down'],
    [429, 'Access denied due to too frequent calls'],
    [429, 'User temporarily restricted'],
    [429, '该账号被限制使用 60 秒：请求过于频繁'],
    [429, '账号请求异常频繁,触发限流'],
    [429, '账户异常：请求频率过快'],
    [403, 'API key temporarily disabled: rate limit exceeded, retry in 30s'],
    [403, 'Access denied due to throttling'],
    [403, 'Your account is restricted. Retry in 45s'],
    [400, 'Access denied due to excessive concurrency'],
  ])
  eachIs('auth-dead', [
    [429, 'Your account has been deactivated'],
    [403, 'Your account was temporarily suspended'],
    [403, 'Your account is temporarily locked for security reasons'],
  ])

  it('when the end is stated, has it, for the whole account', () => {
    const outcome = judge(403, 'Your IP is blocked. Try again in 2 minutes')
    expect(outcome).toMatchObject({ class: 'rate-short', scope: 'account', until: inSeconds(120) })
  })

  it('when the stated end is hours away, is a window', () => {
    const outcome = judge(429, 'Your account is locked. Try again in 2 hours')
    expect(outcome).toMatchObject({ class: 'quota-window', until: inSeconds(7200) })
  })

  it('when a gateway adds retry-after to a lasting block, is no rate', () => {
    const headers = { 'retry-after': '20' }
    expect(judge(429, 'Your account is restricted', headers).class).toBe('rate-short')
    expect(judge(429, 'Your account has been permanently suspended', headers).class).toBe('auth-dead')
  })
})

describe('access to a part of the service', () => {
  eachIs('model-unavailable', [
    [403, 'Access to the model claude-opus-5 has been disabled for your organization'],
    [403, 'Access to this model has been blocked by your workspace admin'],
    [403, 'Access to gpt-5 has been revoked for this project'],
    [403, 'Access to claude-opus has been terminated for your account'],
  ])
  eachIs('bad-request', [
    [400, 'Access to the file file-123 has been revoked'],
    [400, 'Your access to this conversation was revoked'],
    [400, 'Access to web search has been disabled by your administrator'],
  ])
  eachIs('route-missing', [
    [403, 'The Embeddings API is not enabled for your account.'],
    [403, 'Responses API is not available on your plan'],
    [403, 'The Files API has not been enabled for this organization'],
    [403, "Batches API isn't enabled for your organization"],
    [404, 'Realtime API is not included in your plan'],
  ])
  eachIs('auth-dead', [
    [403, 'Access to the API has been revoked'],
    [403, 'Access to our service has been suspended'],
    [403, 'Your access has been revoked'],
    [403, 'Access to the Kimi API has been suspended'],
    [403, 'API access is not enabled for your account'],
    [403, 'Your account has been flagged for review. Contact support.'],
    [403, 'Your organization was flagged for violating our usage policies'],
    [403, 'Requests from this Android client application <empty> are blocked.'],
  ])
})

describe('a service that cannot check the key now', () => {
  eachIs('overloaded', [
    [503, 'Unable to verify API key: authentication service is temporarily unavailable'],
    [500, 'Unable to validate credentials at this time'],
    [502, 'Unable to retrieve API key from the database'],
    [500, 'Key lookup failed: api key could not be verified'],
    [503, 'Access to the service has been suspended for maintenance'],
    [503, 'Account service is temporarily disabled'],
    [503, 'Model access is currently suspended for maintenance'],
  ])
  eachIs('auth-dead', [
    [500, 'Invalid API key'],
    [500, 'API key expired'],
  ])
})

describe('an account that is out, in a message that names a website or a load', () => {
  eachIs('auth-dead', [
    [400, 'Your account has been suspended. See our website.'],
    [404, 'Your account has been suspended. Visit the website for details.'],
    [400, 'Failed to load credentials: invalid API key'],
  ])
  eachIs('quota-hard', [[400, 'Insufficient balance. Please recharge on our website.']])
})

describe('a setting that a model does not take', () => {
  eachIs('bad-request', [
    [400, 'PDF adapter pdf-text not enabled for image input'],
    [400, 'Only text parts allowed now, your model input has audio'],
    [400, 'model: logit_bias unsupported'],
    [400, 'model: seed unsupported'],
    [400, 'model output json_schema not supported'],
    [400, "Model x doesn't allow n greater than 1: value 2 not allowed"],
  ])
  eachIs('model-unavailable', [
    [404, 'Adapter sql-lora does not exist'],
    [400, 'Only vicuna-7b allowed now, your model gpt-4'],
    [400, 'Model doubao-seed-1.6 is not supported'],
    [400, 'The model gpt-4 has been deprecated and will stop answering'],
  ])
})

describe('JSON inside a message', () => {
  const inner = '{"error":{"message":"No.","code":"insufficient_quota"}}'

  test('when the words right before it name a part of the request, it is an echo', () => {
    expect(judge(500, `Bad tool arguments: ${inner}`).class).toBe('bad-request')
  })

  test('when those words are far away, it is the error of the service behind', () => {
    expect(judge(500, `A tool. ${'x '.repeat(300)}: ${inner}`).class).toBe('quota-hard')
  })

  test('a message of a megabyte takes no time', () => {
    const outcome = judge(400, `${'tool '.repeat(200_000)}{x {"a":1}`)
    expect(outcome).toMatchObject({ class: 'bad-request', until: null })
  })
})

// The service itself, or something on the way to it, in the words of any service.
import type { FailedAnswer } from '../outcome-row.ts'
import type { FailureRow } from '../failure-row.ts'
import { isXmlError } from '../read-text.ts'

const BUSY = new RegExp(
  [
    String.raw`\boverload|\b(?:at|over|out of|exceeded|insufficient|no|limited|maximum) (?:\w+ )?capacity\b|\bcapacity (?:exceeded|limits?|constraint|temporarily|is )|\b(?:server|service|system|engine|model|api|backend|upstream)s? (?:is |are )?(?:currently |temporarily |too |still )?(?:busy|unavailable|down|loading|starting|not ready|under maintenance|degraded)\b|\bhigh (?:demand|traffic|load)\b|\bheavy load\b|\btemporarily (?:unavailable|out of)|\bloading model\b|\bno instances? available \(yet\)|\bmaintenance\b|\bDEGRADED\b|\bqueue (?:is )?full\b|\bqueue_exceeded\b|\bcold start`,
    '服务(?:器)?(?:繁忙|忙|异常|不可用|错误)|系统(?:繁忙|忙|异常|错误)|负载|过载|访问量过大|内部(?:服务)?错误|网络错误|稍后(?:再试|重试)|上游.{0,12}(?:错误|异常|超时|饱和)',
  ].join('|'),
  'i',
)

/** Vaguer words, which a service also uses for a refused request: they count only with a matching status. */
const BROKEN =
  /\binternal (?:server |service )?error\b|\bserver error\b|\bunexpected (?:error|server)|\bbad gateway\b|\bgateway time-?out\b|\bservice unavailable\b|\bupstream (?:error|connect|request|service|timed? ?out|provider|returned)|\bconnection (?:reset|refused|closed|error|timed out)\b|\bprovider returned (?:an )?error\b|\bcuda\b|\bout of memory\b|\bengine (?:is )?dead\b|\bno healthy upstream\b/i

const TIMED_OUT = /\btimed? ?out\b|\btimeout\b|\bdeadline exceeded\b|超时/i

/**
 * A web page in place of an answer: a firewall, a captive portal, a gateway. The page says nothing about the
 * account.
 */
const PAGE = /^\s*<(?:!doctype|html|head|\?xml)/i
/** Cloudflare in plain text; 1009 is a region and 1015 a rate (developers.cloudflare.com/support, 2026-11). */
const CLOUDFLARE = /^\s*error code: (?!1009|1015)\d{3,4}\s*$/i
/** nginx before an API asks for the key with this page (Perplexity, 2026-11). */
const ASKS_FOR_KEY = /<title>401 (?:authorization required|unauthorized)/i
const isPage = ({ body, text, status }: FailedAnswer): boolean =>
  body === undefined &&
  !isXmlError(text) &&
  (CLOUDFLARE.test(text) || (PAGE.test(text) && !(status === 401 && ASKS_FOR_KEY.test(text))))

/** A page that names a wall or a closed tunnel, under a status that otherwise means a missing endpoint. */
const WALL =
  /\berr_ngrok_\d+|\bis offline\b|\bblocked\b|\bpotential threats?\b|安全威胁|阻断|tunnel .{0,40}not found/i

/** Read before the words for keys: such a page asks for the password of a network, not for a key of the service. */
export const networkRows: readonly FailureRow[] = [
  {
    id: 'network-asks-for-login',
    status: [407, 511],
    class: 'overloaded',
    about: 'a proxy or a network on the way wants a login of its own',
    source: 'rfc-editor.org/rfc/rfc6585#section-6, rfc-editor.org/rfc/rfc9110#section-15.5.8 (2022-06)',
    examples: [
      { status: 511, body: '<html><head><title>Network Authentication Required</title></head></html>' },
      { status: 407, body: '<html><head><title>407 Proxy Authentication Required</title></head></html>' },
    ],
  },
]

export const hiccupRows: readonly FailureRow[] = [
  {
    id: 'page-of-a-wall',
    status: [404, 405],
    when: (answer) => isPage(answer) && WALL.test(answer.text),
    class: 'overloaded',
    about: 'a page of a firewall, or of a tunnel that is closed: the endpoint itself may exist',
    source: 'github.com/aptdnfapt/qwen-code-oai-proxy/issues/12, ngrok.com/docs/errors (2026-11)',
    examples: [
      {
        status: 405,
        body: '<!doctypehtml><html lang="zh-cn"><title>405</title><body>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</body></html>',
      },
      {
        status: 404,
        body: '<!DOCTYPE html><html><body><p>The endpoint abc.ngrok-free.app is offline. ERR_NGROK_3200</p></body></html>',
      },
    ],
  },
  {
    id: 'page-of-a-gateway',
    status: (status) =>
      status === 401 || status === 403 || status === 407 || status === 429 || status >= 500 || status === 400,
    when: isPage,
    class: 'overloaded',
    about: 'a page of a firewall or gateway on the way, which knows nothing of the account',
    source: 'github.com/diegosouzapw/OmniRoute/issues/8800, github.com/coder/coder/issues/27419 (2026-11)',
    examples: [
      {
        status: 403,
        body: '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>',
      },
      {
        status: 403,
        body: '<html><head><title>403 Forbidden</title></head><body><center>nginx</center></body></html>',
      },
      { status: 502, body: '<html>\r\n<head><title>502 Bad Gateway</title></head></html>' },
      { status: 403, body: 'error code: 1020' },
    ],
  },
]

export const serviceRows: readonly FailureRow[] = [
  {
    id: 'service-timed-out',
    status: (status) => status >= 500 || status === 408 || status < 300,
    words: TIMED_OUT,
    class: 'timeout',
    about: 'the service gave up waiting',
    source: 'docs.anthropic.com/en/api/errors (2026-11)',
    examples: [
      {
        status: 504,
        body: { type: 'error', error: { type: 'timeout_error', message: 'Request timed out.' } },
      },
      { status: 500, body: { error: { message: 'litellm.Timeout: Request timed out.', code: '500' } } },
    ],
  },
  {
    id: 'service-busy',
    status: (status) => status !== 401 && status !== 402,
    words: BUSY,
    when: ({ status, words }) => status !== 422 || /\bcapacity\b|\boverload/i.test(words),
    class: 'overloaded',
    about: 'words for a service that is busy, down or broken',
    source: 'platform.openai.com/docs/guides/error-codes, github.com/decolua/9router/issues/2527 (2026-07)',
    examples: [
      {
        status: 503,
        body: {
          error: {
            message: 'The engine is currently overloaded, please try again later',
            type: 'engine_overloaded_error',
          },
        },
      },
      {
        status: 429,
        body: {
          error: {
            message: 'The engine is currently overloaded, please try again later',
            type: 'engine_overloaded_error',
          },
        },
      },
      {
        status: 400,
        body: {
          status: 400,
          title: 'Bad Request',
          detail: "Function id '87ea': DEGRADED function cannot be invoked",
        },
      },
      { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } },
      {
        status: 200,
        body: { code: 50603, message: 'System is too busy now. Please try again later.', data: null },
      },
    ],
  },
  {
    id: 'service-broken',
    status: (status) => status >= 500 || status === 429 || status === 424 || status === 403 || status < 300,
    words: BROKEN,
    class: 'overloaded',
    about: 'words for a service that fails',
    source: 'platform.openai.com/docs/guides/error-codes (2026-11)',
    examples: [
      { status: 500, body: { error: { message: 'Internal server error' } } },
      { status: 403, body: 'upstream connect error or disconnect/reset before headers' },
    ],
  },
  {
    id: 'service-code',
    code: /^(?:server_(?:error|is_overloaded)|internal(?:_server)?_error|internal_?server_?exception|internal|unavailable|overloaded|service_?unavailable(?:exception)?|model_?(?:stream_?error|error|not_?ready|timeout)_?exception|model_overloaded|queue_exceeded|engine_overloaded\w*|upstream_error|bad_response_status_code|do_request_failed|bad_gateway|deadline_exceeded|cancelled)$/i,
    class: 'overloaded',
    about: 'a code for a service that fails',
    source: 'platform.openai.com/docs/guides/error-codes (2026-11)',
    examples: [
      {
        status: 200,
        body: {
          type: 'response.failed',
          response: { status: 'failed', error: { code: 'server_error', message: 'It went wrong.' } },
        },
      },
    ],
  },
  {
    id: 'service-type',
    type: /^(?:overloaded_error|api_error|timeout_error|server_error|internal_server_error|service_unavailable(?:_error)?|engine_overloaded_error|internalservererror)$/i,
    // A gateway may say `api_error` for any failure: a contradicting status is right.
    when: ({ status }) => status >= 500 || status < 300 || status === 429,
    class: 'overloaded',
    about: 'a type for a service that fails',
    source: 'docs.anthropic.com/en/api/errors (2026-11)',
    examples: [
      { status: 200, body: { type: 'error', error: { type: 'api_error', message: 'It went wrong.' } } },
    ],
  },
]

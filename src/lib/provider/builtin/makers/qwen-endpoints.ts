import { basesFor, findEndpoint, normalizeBaseUrl } from '../../endpoints.ts'
import type { Bases, Endpoint } from '../../provider.ts'

const planTerms =
  'Plan keys are for the subscriber, interactively, in coding tools: the terms forbid scripts, application back ends and sharing, and keys are disabled for it.'

/**
 * Coding Plan Pro, the only tier still sold (Lite ended in April 2026). Two limits are certain: the 5 hours, which
 * roll, and the week, which begins on Monday at 00:00 UTC+8. Only the subscriber knows when the month of 90,000
 * begins, so no limit is here. The outcome rows start a cooldown when the service reports a used-up month.
 */
const codingPro = ['6000/5h', '45000/week@Asia/Shanghai']

function payAsYouGo(id: string, label: string, host: string): Endpoint {
  return {
    id,
    label: `Model Studio, ${label}`,
    openai: `https://${host}/compatible-mode/v1`,
    anthropic: `https://${host}/apps/anthropic/v1`,
  }
}

function codingPlan(id: string, label: string, host: string): Endpoint {
  return {
    id,
    label: `Coding Plan, ${label}`,
    openai: `https://${host}/v1`,
    anthropic: `https://${host}/apps/anthropic/v1`,
    limits: codingPro,
    terms: planTerms,
  }
}

/** Monthly Credits, which are neither requests nor tokens: no limit can be counted here. */
function tokenPlan(id: string, label: string, host: string): Endpoint {
  return { ...payAsYouGo(id, '', host), label: `Token Plan, ${label}`, terms: planTerms }
}

/**
 * Keys are bound to a region and a product. `sk-sp-` does not show the plan, but the base URL does.
 * https://www.alibabacloud.com/help/en/model-studio/base-url. The Anthropic bases of the US and Hong Kong follow
 * the pattern of the documented two.
 */
export const qwenEndpoints: Endpoint[] = [
  payAsYouGo('intl', 'Singapore', 'dashscope-intl.aliyuncs.com'),
  payAsYouGo('cn', 'Beijing', 'dashscope.aliyuncs.com'),
  payAsYouGo('us', 'Virginia', 'dashscope-us.aliyuncs.com'),
  payAsYouGo('hk', 'Hong Kong', 'cn-hongkong.dashscope.aliyuncs.com'),
  codingPlan('coding-intl', 'international', 'coding-intl.dashscope.aliyuncs.com'),
  codingPlan('coding-cn', 'China', 'coding.dashscope.aliyuncs.com'),
  tokenPlan('token-intl', 'international', 'token-plan.ap-southeast-1.maas.aliyuncs.com'),
  tokenPlan('token-cn', 'China', 'token-plan.cn-beijing.maas.aliyuncs.com'),
]

const ALIBABA = /(^|\.)(dashscope(-intl|-us)?|maas)\.aliyuncs\.com$/i

/**
 * Bases from any URL of a host: workspaces have their own hosts (`{workspace}.{region}.maas.aliyuncs.com`) with the
 * same paths as the shared ones. A foreign host with those paths counts as a mirror.
 */
export function qwenBases(baseUrl: string | null): Bases {
  if (baseUrl === null || findEndpoint({ endpoints: qwenEndpoints }, baseUrl) !== null) {
    return basesFor(qwenEndpoints, baseUrl)
  }
  const url = normalizeBaseUrl(baseUrl)
  const { origin, hostname, pathname } = new URL(url)
  if (ALIBABA.test(hostname)) {
    const openaiPath = hostname.startsWith('coding') ? '/v1' : '/compatible-mode/v1'
    const saysOpenai = /\/v\d+$/.test(pathname) && !/\/apps\/anthropic|^\/api\/v1$/.test(pathname)
    return { openai: saysOpenai ? url : `${origin}${openaiPath}`, anthropic: `${origin}/apps/anthropic/v1` }
  }
  const mirror = /^(.+)\/(?:compatible-mode\/v1|apps\/anthropic(?:\/v1)?)$/.exec(url)?.[1]
  if (mirror === undefined) return basesFor([], url)
  return { openai: `${mirror}/compatible-mode/v1`, anthropic: `${mirror}/apps/anthropic/v1` }
}

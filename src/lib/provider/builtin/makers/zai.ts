import { defineProvider } from '../../define-provider.ts'
import { zaiFailures } from '../../failures/makers/zai.ts'
import { zaiPlan } from '../../plans/coding-plans.ts'
import { servesFamilies } from '../../model-families.ts'

const CODING_TERMS =
  'The GLM Coding Plan is for tools that Z.ai supports officially (docs.z.ai/devpack/overview); other use may end the plan.'

/**
 * Pay as you go and coding plan have bases of their own; the Messages base serves both. Sources, read 2026-11-30:
 * docs.z.ai/guides/develop/openai/python, docs.z.ai/devpack/quick-start, docs.z.ai/devpack/tool/claude.
 */
export const zai = defineProvider({
  id: 'zai',
  label: 'Z.ai GLM',
  keysUrl: 'https://z.ai/manage-apikey/apikey-list',
  keyVariables: ['ZAI_API_KEY', 'ZHIPU_API_KEY', 'ZHIPUAI_API_KEY'],
  endpoints: [
    { id: 'intl', label: 'Z.ai, pay as you go', openai: 'https://api.z.ai/api/paas/v4' },
    {
      id: 'coding-intl',
      label: 'Z.ai, GLM Coding Plan',
      openai: 'https://api.z.ai/api/coding/paas/v4',
      anthropic: 'https://api.z.ai/api/anthropic/v1',
      terms: CODING_TERMS,
    },
    { id: 'cn', label: 'BigModel (China), pay as you go', openai: 'https://open.bigmodel.cn/api/paas/v4' },
    {
      id: 'coding-cn',
      label: 'BigModel (China), GLM Coding Plan',
      openai: 'https://open.bigmodel.cn/api/coding/paas/v4',
      anthropic: 'https://open.bigmodel.cn/api/anthropic/v1',
      terms: CODING_TERMS,
    },
  ],
  outcomes: zaiFailures.rows,
  plan: zaiPlan,
  countsTogether: 'all keys of one account',
  serves: servesFamilies(['glm']),
})

import { defineProvider } from '../../define-provider.ts'
import { moonshotFailures } from '../../failures/makers/moonshot.ts'
import { moonshotPlan } from '../../plans/balances.ts'
import { firstPlan, kimiPlan } from '../../plans/coding-plans.ts'
import { servesFamilies } from '../../model-families.ts'

/**
 * Limits depend on the sum of all payments, and are per account. Sources, read 2026-11-30:
 * platform.kimi.ai/docs/api/overview, platform.kimi.ai/docs/pricing/limits.
 */
export const moonshot = defineProvider({
  id: 'moonshot',
  label: 'Moonshot AI (Kimi)',
  keysUrl: 'https://platform.kimi.ai/console/api-keys',
  keyVariables: ['MOONSHOT_API_KEY', 'KIMI_API_KEY'],
  keyPattern: /^sk-[\w-]{16,}$/,
  endpoints: [
    {
      id: 'intl',
      label: 'Moonshot AI, international',
      openai: 'https://api.moonshot.ai/v1',
      anthropic: 'https://api.moonshot.ai/anthropic/v1',
    },
    {
      id: 'cn',
      label: 'Moonshot AI, China',
      openai: 'https://api.moonshot.cn/v1',
      anthropic: 'https://api.moonshot.cn/anthropic/v1',
    },
    {
      id: 'coding',
      label: 'Kimi Code plan',
      openai: 'https://api.kimi.com/coding/v1',
      anthropic: 'https://api.kimi.com/coding/v1',
      terms: 'The Kimi Code plan is for coding agents; other use may end the plan.',
    },
  ],
  outcomes: moonshotFailures.rows,
  plan: firstPlan(moonshotPlan, kimiPlan),
  countsTogether: 'all keys of one account',
  serves: servesFamilies(['kimi']),
})

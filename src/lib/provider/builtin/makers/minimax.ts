import { defineProvider } from '../../define-provider.ts'
import { minimaxFailures } from '../../failures/makers/minimax.ts'
import { minimaxPlan } from '../../plans/coding-plans.ts'
import { servesFamilies } from '../../model-families.ts'

/**
 * A region has one pair of bases. Keys of the Token Plan begin with `sk-cp-`. Sources, read 2026-11-30: platform.minimax.io/docs/api-reference/text-openai-api and text-anthropic-api.
 */
export const minimax = defineProvider({
  id: 'minimax',
  label: 'MiniMax',
  keysUrl: 'https://platform.minimax.io/user-center/basic-information/interface-key',
  keyVariables: ['MINIMAX_API_KEY'],
  endpoints: [
    {
      id: 'intl',
      label: 'MiniMax, international',
      openai: 'https://api.minimax.io/v1',
      anthropic: 'https://api.minimax.io/anthropic/v1',
    },
    {
      id: 'cn',
      label: 'MiniMax, China',
      openai: 'https://api.minimaxi.com/v1',
      anthropic: 'https://api.minimaxi.com/anthropic/v1',
    },
  ],
  outcomes: minimaxFailures.rows,
  plan: minimaxPlan,
  countsTogether: 'all keys of one account',
  serves: servesFamilies(['minimax']),
})

import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { account } from '../../../contract/account.ts'
import { explainQuery } from '../../../contract/explain.ts'
import { buildFilter } from '../../routes/filter.ts'
import type { McpView } from '../mcp-view.ts'
import { explainQuota, showQuota } from '../mcp-view.ts'
import { defineTool } from '../tool.ts'
import { definedOnly, filterFields } from './account-filter.ts'

const LONGEST_WAIT_MS = 10 * 60_000
const LOOK_MS = 1000

const accountsList = defineTool({
  name: 'accounts_list',
  title: 'List accounts',
  description:
    'Lists the accounts with their status, why one is out, when it returns, and the command that brings it back.',
  input: z.strictObject({ ...filterFields, status: account.shape.status.optional() }),
  run: async (view, { status, ...filter }) => {
    const accounts =
      view.key === null
        ? await view.toolkit.accounts.list(buildFilter(filter))
        : (await showQuota(view, [], buildFilter(filter))).accounts
    return { accounts: accounts.filter((one) => status === undefined || one.status === status) }
  },
})

const quotaShow = defineTool({
  name: 'quota_show',
  title: 'Show quota',
  description: 'Shows what is left of every limit of the accounts, and the totals over them.',
  input: z.strictObject({
    ...filterFields,
    accounts: z.array(z.string()).optional().describe('references or ids; missing: all'),
  }),
  run: async (view, { accounts = [], ...filter }) => showQuota(view, accounts, buildFilter(filter)),
})

const quotaExplain = defineTool({
  name: 'quota_explain',
  title: 'Explain the selection',
  description:
    'Shows which account a request would use now, in which order the others follow, and why each refused one is out.',
  input: explainQuery,
  run: (view, query) => explainQuota(view, definedOnly(query)),
})

const target = {
  model: z.string().optional().describe('as a client writes it'),
  provider: filterFields.provider,
  group: filterFields.group,
  account: z.string().optional().describe('reference or id: only this account'),
}

const quotaForecast = defineTool({
  name: 'quota_forecast',
  title: 'Forecast quota',
  description:
    'Tells whether a number of requests fits into what is left now, and when the limits run out at their recent pace.',
  input: z.strictObject({
    ...target,
    requests: z.int().min(1).optional().describe('how many requests are planned'),
  }),
  run: async (view, { requests, ...query }) => forecast(view, definedOnly(query), requests ?? null),
})

async function forecast(
  view: McpView,
  query: Partial<z.output<z.ZodObject<typeof target>>>,
  wanted: number | null,
) {
  const explained = await explainQuota(view, query)
  const serving = new Set(explained.accounts.filter(({ place }) => place !== null).map(({ id }) => id))
  const { now, accounts } = await showQuota(view, [], {})
  const able = accounts.filter(({ id }) => serving.has(id))
  const known = able.flatMap(({ remaining }) => remaining ?? [])
  // An account without a limit has no end that is known.
  const remaining = known.length < able.length ? null : known.reduce((sum, left) => sum + left, 0)
  return {
    now,
    requests: wanted,
    fits: wanted === null ? null : able.length > 0 && (remaining === null || remaining >= wanted),
    remaining,
    returnsAt: explained.returnsAt,
    accounts: able.map(({ id, user, provider, name, remaining: left, limits }) => ({
      id,
      user,
      provider,
      name,
      remaining: left,
      forecasts: limits.flatMap(({ metric, window, forecast: pace, resetsAt }) =>
        pace === null ? [] : [{ metric, window, resetsAt, ...pace }],
      ),
    })),
  }
}

const quotaWait = defineTool({
  name: 'quota_wait',
  title: 'Wait for quota',
  description:
    'Waits until an account can serve, and returns which. Returns earlier with ready: false after the time-out.',
  input: z.strictObject({
    ...target,
    timeoutMs: z.int().min(0).max(LONGEST_WAIT_MS).default(60_000).describe('the longest wait, milliseconds'),
  }),
  run: async (view, { timeoutMs, ...query }, signal) => {
    const begun = view.clock()
    for (;;) {
      const { next, returnsAt, accounts } = await explainQuota(view, definedOnly(query))
      const waitedMs = view.clock() - begun
      const found = accounts.find(({ id }) => id === next)
      const chosen = found === undefined ? null : pickName(found)
      if (chosen !== null || waitedMs >= timeoutMs || signal.aborted)
        return { ready: chosen !== null, account: chosen, returnsAt, waitedMs }
      await wait(Math.min(LOOK_MS, timeoutMs - waitedMs), undefined, { signal }).catch(() => undefined)
    }
  },
})

function pickName({
  id,
  user,
  provider,
  name,
}: {
  id: string
  user: string
  provider: string
  name: string
}) {
  return { id, user, provider, name }
}

export const quotaTools = [accountsList, quotaShow, quotaForecast, quotaExplain, quotaWait]

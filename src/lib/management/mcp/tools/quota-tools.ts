import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { formatTime } from '../../../base/iso-time.ts'
import { account } from '../../../contract/accounts/account.ts'
import { explainQuery } from '../../../contract/explain.ts'
import { isQwenctlError } from '../../../base/errors.ts'
import type { ExplainDocument, ExplainedAccount, ExplainQuery } from '../../../toolkit/views.ts'
import { accountFilter, buildFilter, definedOnly } from '../../routes/filter.ts'
import type { McpView } from '../mcp-view.ts'
import { explainQuota, showQuota } from '../mcp-view.ts'
import { defineTool } from '../tool.ts'
import { WaitPace } from './wait-pace.ts'

const LONGEST_WAIT_MS = 10 * 60_000

const pace = new WaitPace()

const accountsList = defineTool({
  name: 'accounts_list',
  title: 'List accounts',
  description:
    'Lists the accounts with their status, why one is out, when it returns, and the command that brings it back.',
  input: accountFilter.extend({ status: account.shape.status.optional() }),
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
  input: accountFilter.extend({
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
  provider: accountFilter.shape.provider,
  group: accountFilter.shape.group,
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

/** As `explainQuota`. A client key without room has no accounts until its own limits leave room again. */
async function explainUnlessSpent(
  view: McpView,
  query: ExplainQuery,
): Promise<Pick<ExplainDocument, 'next' | 'returnsAt' | 'accounts'>> {
  try {
    return await explainQuota(view, query)
  } catch (error) {
    if (!isQwenctlError(error) || error.code !== 'quota_exhausted') throw error
    return { next: null, returnsAt: formatTime(Number(error.details['returnsAt'])), accounts: [] }
  }
}

async function forecast(
  view: McpView,
  query: Partial<z.output<z.ZodObject<typeof target>>>,
  wanted: number | null,
) {
  const explained = await explainUnlessSpent(view, query)
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
    accounts: able.map((one) => ({
      ...pickName(one),
      remaining: one.remaining,
      forecasts: one.limits.flatMap(({ metric, window, forecast: pace, resetsAt }) =>
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
    const caller = view.key?.id ?? view.user ?? ''
    const end = pace.begin(caller)
    try {
      for (;;) {
        const lookedAt = performance.now()
        const { next, returnsAt, accounts } = await explainUnlessSpent(view, definedOnly(query))
        const waitedMs = view.clock() - begun
        const found = accounts.find(({ id }) => id === next)
        const chosen = found === undefined ? null : pickName(found)
        if (chosen !== null || waitedMs >= timeoutMs || signal.aborted)
          return { ready: chosen !== null, account: chosen, returnsAt, waitedMs }
        const pauseMs = pace.computePause(caller, performance.now() - lookedAt)
        await wait(Math.min(pauseMs, timeoutMs - waitedMs), undefined, { signal }).catch(() => undefined)
      }
    } finally {
      end()
    }
  },
})

function pickName({ id, user, provider, name }: Pick<ExplainedAccount, 'id' | 'user' | 'provider' | 'name'>) {
  return { id, user, provider, name }
}

export const quotaTools = [accountsList, quotaShow, quotaForecast, quotaExplain, quotaWait]

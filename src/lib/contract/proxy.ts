import { z } from 'zod'
import { answer, body, count, text, time } from './components.ts'

export const proxy = answer(
  'Proxy',
  z.object({
    url: text,
    pid: count,
    startedAt: time,
    strategy: text,
    version: text,
    workers: count,
    inFlight: count.describe('client requests under way'),
    user: text.nullable().describe('the only user that it serves; null: all users'),
    others: z
      .array(
        z.object({
          machine: text,
          url: text.describe('as its own machine reaches it'),
          state: z.enum(['serving', 'draining', 'silent']),
          strategy: text,
          startedAt: time,
          version: text.nullable(),
        }),
      )
      .describe(
        'the proxies of other homes that share the store; empty: there are none, or it does not answer',
      ),
  }),
)

const settingValue = z.union([text, z.number(), z.boolean(), z.array(text)])

export const settingList = answer(
  'Settings',
  z.object({
    settings: z.array(
      z.object({
        key: text,
        value: z.unknown(),
        origin: z.enum(['variable', 'file', 'default', 'home']),
        description: text,
      }),
    ),
  }),
)

export const settingChanges = body(
  'SettingChanges',
  z.record(text, settingValue).describe('settings by key, such as {"proxy.strategy": "weighted"}'),
)

/** A running proxy over the API. */
export type ProxyView = z.output<typeof proxy>

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
    inFlight: count.describe('requests of clients that are being answered'),
    user: text.nullable().describe('the user that it serves alone; null: all users'),
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
  z.record(text, settingValue).describe('settings by their key, as {"proxy.strategy": "weighted"}'),
)

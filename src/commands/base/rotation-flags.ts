import { Flags } from '@oclif/core'
import { checkedSetting, variableOf } from '../../lib/toolkit/settings/settings.ts'

/** Flags of `proxy start` that stand for a setting, which a running proxy reads again when it changes. */
const settingOf = { reserve: 'proxy.reserve', wait: 'proxy.wait' } as const

const flag = (name: keyof typeof settingOf, description: string, helpValue: string) =>
  Flags.string({
    description,
    helpValue,
    parse: (text) => Promise.resolve(String(checkedSetting(settingOf[name], text, `--${name}`))),
  })

export const rotationFlags = {
  reserve: flag('reserve', 'leave this share of every limit to other uses', '20%'),
  wait: flag('wait', 'let requests wait this long for an account when all are out', '30s'),
}

/** Flags beat variables and files: each takes the place of its variable, for this process and for those that it starts. */
export function useRotationFlags(
  flags: { [name in keyof typeof settingOf]?: string | undefined },
  env: NodeJS.ProcessEnv,
): void {
  for (const [name, key] of Object.entries(settingOf)) {
    const value = flags[name as keyof typeof settingOf]
    if (value !== undefined) env[variableOf(key)] = value
  }
}

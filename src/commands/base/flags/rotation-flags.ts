import { Flags } from '@oclif/core'
import { checkSetting, buildVariableName } from '../../../lib/toolkit/settings/find-setting.ts'

/** Flags of `proxy start` that set a setting. A running proxy reads the setting again when it changes. */
const settingOf = { reserve: 'proxy.reserve', wait: 'proxy.wait' } as const

const flag = (name: keyof typeof settingOf, description: string, helpValue: string) =>
  Flags.string({
    description,
    helpValue,
    parse: (text) => Promise.resolve(String(checkSetting(settingOf[name], text, `--${name}`))),
  })

export const rotationFlags = {
  reserve: flag('reserve', 'keep this share of every limit free for other uses', '20%'),
  wait: flag('wait', 'queue requests this long when all accounts are out', '30s'),
}

/** Flags beat variables and files: each replaces its variable, for this process and its child processes. */
export function useRotationFlags(
  flags: { [name in keyof typeof settingOf]?: string | undefined },
  env: NodeJS.ProcessEnv,
): void {
  for (const [name, key] of Object.entries(settingOf)) {
    const value = flags[name as keyof typeof settingOf]
    if (value !== undefined) env[buildVariableName(key)] = value
  }
}

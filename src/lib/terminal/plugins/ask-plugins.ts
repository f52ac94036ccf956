import type { Interfaces } from '@oclif/core'
import type { ProviderAnswers } from '../../toolkit/providers/provider-answers.ts'
import { runHookWithin, withHook } from './plugin-hooks.ts'
import type { HookOptions } from './plugin-hooks.ts'

const HOOK = 'qwenctl:providers'

/** Asks every plugin for its providers, all at once, each for as long as a hook may take. Never throws. */
export async function askPlugins(
  config: Interfaces.Config,
  options: HookOptions = {},
): Promise<ProviderAnswers> {
  const found: ProviderAnswers = { answers: [], failures: [] }
  const collect = async (plugin: Interfaces.Plugin) => {
    const { successes, failures, isStopped } = await runHookWithin(
      config,
      plugin,
      [HOOK, { apiVersion: 1 }],
      options,
    )
    const subject = isStopped ? 'its hook ' : ''
    for (const result of successes) found.answers.push({ plugin: plugin.name, providers: result })
    for (const message of failures)
      found.failures.push({ plugin: plugin.name, message: `${subject}${message}` })
  }
  await Promise.all(withHook(config, HOOK).map(collect))
  return found
}

import { join } from 'node:path'
import type { Interfaces } from '@oclif/core'
import { formatDuration } from '../../base/durations.ts'
import type { ProviderAnswers } from '../../toolkit/providers/provider-answers.ts'
import { HOOK_VERDICTS, HookVerdicts } from './hook-verdicts.ts'
import type { Verdict } from './hook-verdicts.ts'
import { HOOK_LIMIT_MS, isForeign, runHookWithin, withHook } from './plugin-hooks.ts'
import type { HookOptions } from './plugin-hooks.ts'
import { probeHook } from './probe-hook.ts'
import type { ProbeLimits } from './probe-hook.ts'

const HOOK = 'qwenctl:providers'
const GIVEN = { apiVersion: 1 }
/** A service that was down, or a busy machine, may have been the cause. */
const UNUSED_HOLDS_MS = 3_600_000

export interface AskOptions extends HookOptions {
  /** The folder for the verdicts about hooks. */
  cacheFolder: string
  /** Epoch milliseconds. */
  clock?: () => number
  /** The limits of a probe; for tests. */
  probe?: ProbeLimits
}

interface Judge {
  clock: () => number
  probe: ProbeLimits
}

/**
 * Asks every plugin for its providers, all at once, each for as long as a hook may take. An installed plugin with a
 * hook that does not end is not asked. Never throws.
 */
export async function askPlugins(config: Interfaces.Config, options: AskOptions): Promise<ProviderAnswers> {
  const found: ProviderAnswers = { answers: [], failures: [] }
  const verdicts = new HookVerdicts(join(options.cacheFolder, HOOK_VERDICTS), HOOK)
  const { clock = Date.now, probe = { limitMs: HOOK_LIMIT_MS } } = options
  const collect = async (plugin: Interfaces.Plugin, isKnown: boolean) => {
    const { successes, failures, hasEnded } = await runHookWithin(config, plugin, [HOOK, GIVEN], options)
    for (const result of successes) found.answers.push({ plugin: plugin.name, providers: result })
    for (const message of failures) found.failures.push({ plugin: plugin.name, message })
    if (hasEnded && !isKnown) verdicts.keep(plugin, 'usable', null)
  }
  const asked: [plugin: Interfaces.Plugin, isKnown: boolean][] = []
  // Probes run one after the other: a loop in one takes no processor time from the next.
  for (const plugin of withHook(config, HOOK)) {
    const verdict = isForeign(plugin) ? await judge(config, plugin, verdicts, { clock, probe }) : 'usable'
    if (verdict === 'usable' || verdict === null) asked.push([plugin, verdict !== null])
    else {
      const message = describeUnused(plugin, verdict, probe)
      found.failures.push({ plugin: plugin.name, message, isUnused: true })
    }
  }
  await Promise.all(asked.map((each) => collect(...each)))
  return found
}

/** Null: the probe proves nothing, as where the hook throws; the real run decides. */
async function judge(
  config: Interfaces.Config,
  plugin: Interfaces.Plugin,
  verdicts: HookVerdicts,
  { clock, probe }: Judge,
): Promise<Verdict | null> {
  const known = verdicts.read(plugin, clock())
  if (known !== null) return known
  const result = await probeHook(plugin, [HOOK, GIVEN], config, probe)
  if (result === 'threw') return null
  const verdict = result === 'ended' ? 'usable' : result === 'oversized' ? 'memory' : 'time'
  verdicts.keep(plugin, verdict, verdict === 'usable' ? null : clock() + UNUSED_HOLDS_MS)
  return verdict
}

function describeUnused(
  { name, type }: Interfaces.Plugin,
  verdict: Verdict,
  { limitMs }: ProbeLimits,
): string {
  const fault =
    verdict === 'memory' ? 'needs too much memory' : `did not end within ${formatDuration(limitMs)}`
  const verb = type === 'link' ? 'unlink' : 'uninstall'
  return `its hook ${HOOK} ${fault}, so the plugin is not used. It is tried again within an hour, or when the hook changes. To remove it: qwenctl plugins ${verb} ${name}`
}

import { isQwenctlError } from '../../base/errors.ts'
import type { Aliases } from '../../rotation/models/aliases.ts'
import { readAliases } from '../../rotation/models/aliases.ts'
import type { PlanRow } from './plan.ts'

/** The decision on a name that clients of other tools use. */
export interface AliasPlan {
  action: 'add' | 'present' | 'declined'
  name: string
  /** `provider/model`, in the order of the chain. */
  models: string[]
  /** Why it is not added; null: it is. */
  reason: string | null
}

/** As many as an alias may have. */
const MOST_MODELS = 16

interface Target {
  model: string
  provider: string
  rank: number
  priority: number
}

/**
 * The aliases of the planned accounts. A name that is the model everywhere needs none. An alias of the configuration
 * stays as it is.
 */
export function planAliases(rows: readonly PlanRow[], existing: Aliases): AliasPlan[] {
  const plans: AliasPlan[] = []
  for (const [name, targets] of collectTargets(rows)) {
    if (targets.every(({ model }) => model === name)) continue
    const inOrder = targets.sort((one, other) => one.rank - other.rank || one.priority - other.priority)
    const models = [...new Set(inOrder.map(({ provider, model }) => `${provider}/${model}`))]
    plans.push(planAlias(name, models, existing, plans))
  }
  return plans
}

function collectTargets(rows: readonly PlanRow[]): Map<string, Target[]> {
  const targets = new Map<string, Target[]>()
  for (const { action, finding } of rows) {
    const { provider, priority } = finding
    if (action === 'declined' || provider === null) continue
    for (const { name, model, rank } of finding.aliases) {
      targets.set(name, [...(targets.get(name) ?? []), { model, provider, rank, priority }])
    }
  }
  return targets
}

function planAlias(name: string, models: string[], existing: Aliases, before: AliasPlan[]): AliasPlan {
  const own = existing.get(name)
  if (own !== undefined) {
    const isWhole = models.every((model) => own.includes(model))
    const command = `qwenctl config set aliases.${name} ${[...own, ...models.filter((one) => !own.includes(one))].join(',')}`
    const reason = isWhole
      ? 'it is there already'
      : `the alias is set already and stays as it is; next: ${command}`
    return { action: isWhole ? 'present' : 'declined', name, models, reason }
  }
  if (models.length > MOST_MODELS) {
    const reason = `it comes to ${models.length} models, and an alias has at most ${MOST_MODELS}`
    return { action: 'declined', name, models, reason }
  }
  const others = before.filter(({ action }) => action === 'add').map((one) => [one.name, one.models] as const)
  try {
    readAliases(Object.fromEntries([...existing, ...others, [name, models]]), 'aliases')
    return { action: 'add', name, models, reason: null }
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    return { action: 'declined', name, models, reason: error.message }
  }
}

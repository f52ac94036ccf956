import type { ClientKey } from '../account/client-key.ts'
import { allowsModel } from '../account/client-key.ts'
import { QwenctlError } from '../base/errors.ts'
import { hasRoom, roomAt } from '../quota/standing.ts'
import { describeReturn } from './return-time.ts'
import type { RotationMoment } from './rotation-request.ts'
import { splitModel } from './rotation-request.ts'

interface Step {
  provider: string | null
  model: string | null
}

/** Whether the client may use accounts of a provider. */
type HasProvider = (id: string) => boolean

/**
 * The models of a chain that the key may use; empty: none. `provider/model` is permitted in either reading, as the
 * whole or as the rest at that provider. What the lists of services say thus changes no permission.
 */
export function keepAllowed<One extends Step>(
  steps: readonly One[],
  key: Pick<ClientKey, 'models'>,
  written: string | null,
  hasProvider: HasProvider,
): readonly One[] {
  if (allowsModel(key, written)) return steps
  return steps.filter(
    (step) =>
      allowsStep(key, step) ||
      (step.provider === null &&
        step.model !== null &&
        step.model === written &&
        allowsStep(key, splitModel(step.model, hasProvider))),
  )
}

function allowsStep(key: Pick<ClientKey, 'models'>, { provider, model }: Step): boolean {
  return allowsModel(key, model) || (provider !== null && allowsModel(key, `${provider}/${model}`))
}

/** The models of a chain that the key may use. Throws `model_not_allowed` if there are none. */
export function allowedSteps(
  steps: readonly Step[],
  key: Pick<ClientKey, 'name' | 'models'>,
  written: string | null,
  hasProvider: HasProvider,
): readonly Step[] {
  const allowed = keepAllowed(steps, key, written, hasProvider)
  if (allowed.length > 0) return allowed
  throw new QwenctlError(
    'model_not_allowed',
    written === null
      ? `the client key "${key.name}" may use certain models only, and the request names none`
      : `the client key "${key.name}" may not use the model ${written}`,
    { hint: 'GET /v1/models lists those that it may use' },
  )
}

/** Throws `quota_exhausted` when the key's own limits leave nothing. */
export function refuseSpent(view: RotationMoment, key: Pick<ClientKey, 'id' | 'name'>): void {
  const subject = view.state.subjects.get(key.id)
  if (subject === undefined || hasRoom(subject, view.now)) return
  const { when, details } = describeReturn(roomAt(subject, view.now), view.now)
  throw new QwenctlError('quota_exhausted', `the client key "${key.name}" is spent until ${when}`, {
    hint: 'qwenctl keys list shows what is left of each',
    details,
  })
}

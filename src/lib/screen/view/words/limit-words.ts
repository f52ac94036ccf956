import { gaugeParts } from '../../../terminal/format/gauge.ts'
import { cutToWidth, printable } from '../../../terminal/format/text-width.ts'
import type { LimitView } from '../../../toolkit/views.ts'
import type { Line } from '../../line.ts'
import { span } from '../../line.ts'
import type { ScreenLook } from '../look.ts'

const MODEL_CELLS = 16

/** `day` for requests, `tokens/day` for another metric; then the model, if the limit applies to one. */
export function limitName({ metric, window, model }: Pick<LimitView, 'metric' | 'window' | 'model'>): string {
  const name = metric === 'requests' ? window : `${metric}/${window}`
  return model === null ? name : `${name} ${cutToWidth(printable(model), MODEL_CELLS)}`
}

export function gaugeLine(
  { used, max }: Pick<LimitView, 'used' | 'max'>,
  width: number,
  look: ScreenLook,
): Line {
  const { tone, filled, rest, edges } = gaugeParts(used, max, { width, unicode: look.unicode })
  return [span(edges[0]), span(filled, tone), span(rest, 'quiet'), span(edges[1])]
}

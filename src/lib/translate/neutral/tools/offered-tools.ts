import { refuse } from '../../json-fields.ts'
import type { NeutralRequest, Tool } from '../request.ts'

/**
 * The tools that the model may choose from. A choice among some leaves the others out. Throws `invalid_request` where the
 * model must call one, and there is none.
 */
export function listOffered({ tools, choice }: Pick<NeutralRequest, 'tools' | 'choice'>): readonly Tool[] {
  const among = choice !== null && choice.type !== 'tool' ? choice.among : null
  const offered = among === null ? tools : tools.filter(({ name }) => among.has(name))
  const isForced = choice !== null && choice.type !== 'auto' && choice.type !== 'none'
  return offered.length === 0 && isForced
    ? refuse('tool_choice', 'there are no tools to choose from')
    : offered
}

import { nearest } from '../../base/text/nearest.ts'
import { isAskable } from '../mismatch.ts'
import { weighEvidence, isGuess } from './model-evidence.ts'
import type { Member } from '../pool/member.ts'
import type { RotationRequest } from '../rotation-request.ts'

const MOST_NAMES = 3
const SHORTEST_PART = 4

/** The models that lists have for an account: its own list, the fetched one, or qwenctl's for its service. */
export function listedModels({ account, provider, known, isElsewhere }: Member): Iterable<string> {
  if (account.models !== null) return account.models
  return known.listed ?? (isElsewhere ? [] : provider.models)
}

/** Whether a list, an answer or the model's name says that one of the accounts has it. */
export function isKnownModel(members: readonly Member[], model: string): boolean {
  return members.some((member) => {
    const evidence = weighEvidence(member, model)
    return evidence !== 'absent' && !isGuess(evidence)
  })
}

/** The names besides those on lists, and a restriction of the listed ones. */
interface NameChoice {
  others?: Iterable<string>
  /** Whether the client may ask for a listed model; missing: for each. */
  allows?: (model: string) => boolean
}

/** The names most like the model's among those that the request's accounts list, and `others`; the likeliest first. */
export function nearModels(
  members: readonly Member[],
  request: RotationRequest,
  model: string,
  { others = [], allows = () => true }: NameChoice = {},
): string[] {
  const names = new Set(others)
  for (const member of members) {
    if (!isAskable(member, request)) continue
    for (const name of listedModels(member)) if (allows(name)) names.add(name)
  }
  names.delete(model)
  const found: string[] = []
  const alike = new Set([...names].filter((name) => Math.abs(name.length - model.length) <= 2))
  for (;;) {
    const next = found.length < MOST_NAMES ? nearest(model, alike) : null
    if (next === null) break
    found.push(next)
    alike.delete(next)
  }
  return [...new Set([...found, ...longerNames(names, model)])].slice(0, MOST_NAMES)
}

/** `claude-sonnet` is the beginning of a longer name, or a part of it. */
function longerNames(names: ReadonlySet<string>, model: string): string[] {
  if (model.length < SHORTEST_PART) return []
  const part = model.toLowerCase()
  return [...names].filter((name) => name.toLowerCase().includes(part)).sort((a, b) => a.length - b.length)
}

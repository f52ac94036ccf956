import { QwenctlError } from '../../base/errors.ts'

/**
 * The user's names for models. Each has the models that may answer for it, in order of preference: `coder` ->
 * `qwen/qwen3-coder-plus`, `openrouter/qwen/qwen3-coder`. Aliases of aliases are resolved.
 */
export type Aliases = ReadonlyMap<string, readonly string[]>

export const noAliases: Aliases = new Map()

/** Most models of an alias: more than any chain needs. A request may try every one before the client has its answer. */
const MOST_MODELS = 16
const MOST_NAME_LENGTH = 200

/**
 * Reads the section `aliases` of the configuration: a mapping of names to a model or a list of them. Throws
 * `invalid_value` with the name of the alias, also for aliases that form a cycle.
 */
export function readAliases(section: unknown, place: string): Aliases {
  if (section === undefined || section === null) return noAliases
  if (typeof section !== 'object' || Array.isArray(section)) {
    throw refused(place, 'is not a mapping of names to models')
  }
  const written = new Map<string, string[]>()
  for (const [name, value] of Object.entries(section)) {
    const models: unknown[] = [value].flat()
    if (models.length === 0 || !models.every(isName) || !isName(name)) {
      throw refused(`${place}.${name}`, 'is not a model or a list of models')
    }
    written.set(name, models)
  }
  const aliases = new Map<string, readonly string[]>()
  for (const name of written.keys()) {
    const models = [...new Set(expanded(name, written, [], place))]
    if (models.length > MOST_MODELS) {
      throw refused(`${place}.${name}`, `comes to ${models.length} models, more than ${MOST_MODELS}`)
    }
    aliases.set(name, models)
  }
  return aliases
}

function expanded(
  name: string,
  written: ReadonlyMap<string, string[]>,
  above: readonly string[],
  place: string,
): string[] {
  const models = written.get(name)
  if (models === undefined) return [name]
  if (above.includes(name)) {
    throw refused(`${place}.${above[0]}`, `goes round in a circle: ${[...above, name].join(' -> ')}`)
  }
  return models.flatMap((model) => expanded(model, written, [...above, name], place))
}

function isName(value: unknown): value is string {
  return (
    typeof value === 'string' && value.trim() === value && value !== '' && value.length <= MOST_NAME_LENGTH
  )
}

function refused(place: string, reason: string): QwenctlError {
  return new QwenctlError('invalid_value', `${place} ${reason}`, {
    hint: 'write it as coder: [qwen/qwen3-coder-plus, openrouter/qwen/qwen3-coder]; provider/model names a model that is called like an alias',
  })
}

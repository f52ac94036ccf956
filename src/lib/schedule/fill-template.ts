import { QwenctlError } from '../base/errors.ts'

const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g
/** The maximum nesting of templates: a deeper nesting is a cycle. */
const DEEPEST = 5

/** The names of the placeholders in a text, without duplicates. */
export function findPlaceholders(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ''))]
}

/**
 * Fills every `{{name}}`. `lookUp` returns a value; null: there is none. Placeholders in templates are filled too. Throws
 * `invalid_value` that names the placeholder.
 */
export function fillTemplate(text: string, lookUp: (name: string) => string | null, depth = 0): string {
  return text.replace(PLACEHOLDER, (_whole, name: string) => {
    const value = lookUp(name)
    if (value === null) throw unknownPlaceholder(name)
    if (!name.startsWith('templates.')) return value
    if (depth >= DEEPEST) throw tooDeep(name)
    return fillTemplate(value, lookUp, depth + 1)
  })
}

function unknownPlaceholder(name: string): QwenctlError {
  const [file, key] = name.split('.')
  const isOwn = file === 'settings' || file === 'templates'
  const hint =
    name === 'keyword'
      ? "add a line to keywords.yaml in the account's folder"
      : isOwn && key !== undefined
        ? `add "${key}" to ${file}.yaml in the account's folder`
        : `qwenctl jobs set NAME --set ${name}=VALUE`
  return new QwenctlError('invalid_value', `nothing fills {{${name}}}`, { hint })
}

function tooDeep(name: string): QwenctlError {
  return new QwenctlError('invalid_value', `{{${name}}} contains itself`, {
    hint: "change templates.yaml in the account's folder",
  })
}

import { lookUp } from '../../../base/text/look-up.ts'

// References to variables in the configurations of other tools. Each tool has its own form. No form can be part of a
// key, so every form is read everywhere.

export type Variables = Readonly<Record<string, string | undefined>>

export interface Resolved {
  /** Null: empty, or a variable is missing. */
  text: string | null
  /** The missing variable; null: none. */
  missing: string | null
}

/**
 * `${X}`, `${X:-default}` and `${env:X}` (shells, VS Code), `${{ secrets.X }}` (Continue), `{env:X}` (opencode),
 * within a text.
 */
const INSIDE =
  /\$\{\{\s*(?:secrets|env|vars|inputs)\.([\w./-]+)\s*\}\}|\$\{(?:env:)?(\w+)(?::?-([^}]*))?\}|\{env:(\w+)\}/g

/**
 * `os.environ/X` (LiteLLM), `env.X` (Bifrost), `$X` (shells, claude-code-router), `$env:X` (PowerShell), `%X%`
 * (Windows), alone.
 */
const WHOLE = /^(?:(?:os\.environ\/|env\.(?=[A-Z]))(\w+)|\$(?:env:)?(\w+)|%(\w+)%)$/

/** The maximum nesting of references: a deeper nesting is a cycle. */
const MOST_STEPS = 8

/** Replaces the references in a text. */
export function resolveReferences(text: string | null, variables: Variables): Resolved {
  let current = text?.trim() ?? ''
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { text: next, missing } = resolveOnce(current, variables)
    if (missing !== null) return { text: null, missing }
    if (next === current) return { text: current === '' ? null : current, missing: null }
    current = next
  }
  // A variable that names itself has no value.
  return { text: null, missing: null }
}

function resolveOnce(text: string, variables: Variables): { text: string; missing: string | null } {
  const whole = WHOLE.exec(text)
  const name = whole?.[1] ?? whole?.[2] ?? whole?.[3]
  if (name !== undefined) {
    const value = lookUp(variables, name)?.trim() ?? ''
    return value === '' ? { text: '', missing: name } : { text: value, missing: null }
  }
  let missing: string | null = null
  const filled = text.replace(INSIDE, (...groups: (string | undefined)[]) => {
    const [, secret, plain, standby, env] = groups
    const variable = lastPart(secret ?? plain ?? env ?? '')
    const value = lookUp(variables, variable)?.trim() ?? ''
    if (value === '' && standby === undefined) missing = variable
    return value === '' ? (standby ?? '') : value
  })
  return { text: filled, missing }
}

/** Continue writes `secrets.OWNER/BLOCK/X` for the secret of a block. */
function lastPart(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('.')) + 1)
}

/** The value of a variable, with its references resolved; null if it has none. */
export function resolveValue(variables: Variables, name: string): string | null {
  return resolveReferences(lookUp(variables, name) ?? '', variables).text
}

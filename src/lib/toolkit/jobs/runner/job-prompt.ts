import { readFileSync } from 'node:fs'
import { isAbsolute, join, normalize } from 'node:path'
import { QwenctlError } from '../../../base/errors.ts'
import { readErrno } from '../../../base/errno.ts'
import { fillTemplate } from '../../../schedule/fill-template.ts'

/**
 * The prompt of a run. A relative template is a file in the account's folder, or an entry of its templates.yaml. Throws
 * `invalid_value` that names the missing file or placeholder.
 */
export function buildPrompt(
  action: { text: string | null; template: string | null },
  folder: string,
  lookUp: (name: string) => string | null,
): string {
  const template = action.text ?? readTemplate(action.template ?? '', folder, lookUp)
  return fillTemplate(template, lookUp)
}

function readTemplate(name: string, folder: string, lookUp: (name: string) => string | null): string {
  const path = isAbsolute(name) ? name : join(folder, name)
  const isInside = isAbsolute(name) || !normalize(name).startsWith('..')
  try {
    if (isInside) return readFileSync(path, 'utf8')
  } catch (error) {
    if (!['ENOENT', 'EISDIR', 'ENOTDIR'].includes(readErrno(error) ?? '')) throw error
  }
  const entry = lookUp(`templates.${name}`)
  if (entry !== null) return entry
  throw new QwenctlError('invalid_value', `there is no template "${name.slice(0, 80)}" for the account`, {
    hint: `write the file ${isInside ? path : join(folder, 'NAME')}, or add an entry to ${join(folder, 'templates.yaml')}`,
  })
}

/** The path that `--out` names, inside the account's folder unless it is absolute. */
export function locateOutput(
  pattern: string,
  folder: string,
  lookUp: (name: string) => string | null,
): string {
  const safe = (name: string) => lookUp(name)?.replace(/[^\w.@+-]+/g, '-') ?? null
  const path = fillTemplate(pattern, safe)
  if (!path.split(/[\\/]/).includes('..')) return isAbsolute(path) ? path : join(folder, path)
  throw new QwenctlError('invalid_value', `--out ${pattern} leads out of the account's folder`, {
    hint: 'a placeholder in it is "..": change its value, or qwenctl jobs set NAME --out PATTERN',
  })
}

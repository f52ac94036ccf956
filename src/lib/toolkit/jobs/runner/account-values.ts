// The files of an account's own folder that fill the placeholders of a template.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { QwenctlError } from '../../../base/errors.ts'
import { readErrno } from '../../../base/errno.ts'

/** The maximum size of a configuration file. */
const MOST_BYTES = 4 << 20

export interface RunFacts {
  folder: string
  /** Values of `--set`, and the facts of the run: account, job, slot, date, time. */
  values: Record<string, string>
  /** The number of the run, from 1; it chooses the keyword. */
  number: number
}

/** Returns the value of a placeholder; null: there is none. The files are read when a placeholder needs them. */
export function lookUpIn({ folder, values, number }: RunFacts): (name: string) => string | null {
  const files = new Map<string, unknown>()
  const file = (name: string): unknown => {
    if (!files.has(name)) files.set(name, readYaml(join(folder, name)))
    return files.get(name)
  }
  return (name) => {
    if (Object.hasOwn(values, name)) return values[name] ?? null
    if (name === 'keyword') return chooseKeyword(file('keywords.yaml'), number)
    const [root, ...path] = name.split('.')
    if ((root === 'settings' || root === 'templates') && path.length > 0)
      return readText(path.reduce(readMember, file(`${root}.yaml`)))
    return null
  }
}

/** The keywords are a list, or the list under `keywords`. Run 1 gets the first. */
function chooseKeyword(content: unknown, number: number): string | null {
  const list: unknown = Array.isArray(content) ? content : readMember(content, 'keywords')
  if (!Array.isArray(list) || list.length === 0) return null
  return readText((list as unknown[])[(number - 1) % list.length])
}

function readMember(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<string, unknown>)[key]
}

function readText(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

/** The content of a YAML file; null: there is no such file. Throws `invalid_value` that names the file. */
export function readYaml(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return null
    throw error
  }
  if (text.length > MOST_BYTES)
    throw new QwenctlError('invalid_value', `${path} is larger than 4 MiB`, { hint: 'make it smaller' })
  try {
    return parse(text) as unknown
  } catch (cause) {
    throw new QwenctlError('invalid_value', `${path} is not valid YAML`, { hint: `correct ${path}`, cause })
  }
}

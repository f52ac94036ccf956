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
    const [root, ...path] = name.split('.')
    if (root === 'keyword' && path.length < 2) return chooseKeyword(file('keywords.yaml'), path[0], number)
    if ((root === 'settings' || root === 'templates') && path.length > 0)
      return readText(path.reduce(readMember, file(`${root}.yaml`)))
    return null
  }
}

/** Run 1 gets the first keyword. `topic`: only the keywords under this name. */
function chooseKeyword(content: unknown, topic: string | undefined, number: number): string | null {
  const inner = readMember(content, 'keywords')
  const whole = inner === undefined ? content : inner
  const words = listKeywords(topic === undefined ? whole : readMember(whole, topic))
  return words[(number - 1) % words.length] ?? null
}

/** The keywords are a list, or lists under names: one after the other. */
function listKeywords(content: unknown): string[] {
  if (Array.isArray(content)) return content.flatMap((one: unknown) => readText(one) ?? [])
  if (typeof content === 'object' && content !== null) return Object.values(content).flatMap(listKeywords)
  return []
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

import { readFileSync } from 'node:fs'
import { isRecord } from '../../../base/is-record.ts'
import { parseJsonc, toValue } from '../../clients/jsonc-reader.ts'

type JsonObject = Record<string, unknown>

/** The object in a file; an empty one if the program cannot read it either. */
export function readObject(file: string): JsonObject {
  try {
    return parseObject(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

/** The object of a JSON text, which may have comments; an empty one for any other text. */
export function parseObject(text: string): JsonObject {
  try {
    return objectOrEmpty(toValue(parseJsonc(text)))
  } catch {
    return {}
  }
}

/** A value that should be an object; an empty one for a list, a text or none. */
export function objectOrEmpty(value: unknown): JsonObject {
  return isRecord(value) ? value : {}
}

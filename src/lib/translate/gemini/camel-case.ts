import { isObject, type Json } from '../json-fields.ts'

/** Google's API takes fields in both spellings: `systemInstruction` and `system_instruction`. */
export function camelCase(object: Json): Json {
  let renamed: Json | null = null
  for (const key in object) {
    if (!key.includes('_')) continue
    renamed ??= { ...object }
    const camel = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    delete renamed[key]
    renamed[camel] = object[key]
  }
  return renamed ?? object
}

/** An object in Google's spelling, or an empty one. */
export function camelOrNone(value: unknown): Json {
  return isObject(value) ? camelCase(value) : {}
}

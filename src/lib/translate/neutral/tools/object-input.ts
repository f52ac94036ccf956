import { isObject } from '../../json-fields.ts'
import { parseJson } from '../../json/parse-json.ts'
import { RawJson } from '../../json/raw-json.ts'

/**
 * The arguments of a call where a format takes only an object, exactly as the model wrote them. A model may write broken
 * JSON. Its conversation must still continue, so the text then becomes the one member `arguments`.
 */
export function objectInput(text: string): RawJson {
  if (text.trim() === '') return new RawJson('{}')
  try {
    if (isObject(parseJson(text))) return new RawJson(text)
  } catch {
    // a model may have written anything
  }
  return new RawJson(`{"arguments":${JSON.stringify(text)}}`)
}

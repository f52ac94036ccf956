import type { QwenctlError } from '../../base/errors.ts'
import { isQwenctlError } from '../../base/errors.ts'
import { inField } from './in-field.ts'

/** A field with the message of its fault. */
interface FieldFault {
  field: string
  message: string
}

/** Collects the faults of a document, so that one error names every invalid field. */
export class FieldFaults {
  readonly #errors: QwenctlError[] = []

  /** Runs a check. Undefined: it failed, and `throwAny` reports it. */
  check<Value>(check: () => Value): Value | undefined {
    try {
      return check()
    } catch (error) {
      if (!isQwenctlError(error)) throw error
      this.#errors.push(error)
      return undefined
    }
  }

  /** Throws the first fault; with several, its `details.fields` list all of them. */
  throwAny(): void {
    const [first, ...others] = this.#errors
    if (first === undefined) return
    if (others.length > 0) first.details['fields'] = this.#errors.flatMap(listFields)
    throw first
  }
}

/** Checks each text of a list field: one error names every invalid one (`limits[0]`, `limits[2]`). */
export function eachInField<Value>(
  field: string,
  texts: readonly string[],
  check: (text: string) => Value,
): Value[] {
  const faults = new FieldFaults()
  const values = texts.map((text, index) =>
    faults.check(() => inField(`${field}[${index}]`, () => check(text))),
  )
  faults.throwAny()
  return values as Value[]
}

function listFields({ details, message }: QwenctlError): FieldFault[] {
  const { field, fields } = details
  if (Array.isArray(fields)) return fields as FieldFault[]
  return [{ field: typeof field === 'string' ? field : '', message }]
}

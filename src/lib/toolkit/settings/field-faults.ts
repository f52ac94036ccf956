import type { QwenctlError } from '../../base/errors.ts'
import { isQwenctlError } from '../../base/errors.ts'

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

function listFields({ details, message }: QwenctlError): FieldFault[] {
  const { field, fields } = details
  if (Array.isArray(fields)) return fields as FieldFault[]
  return [{ field: typeof field === 'string' ? field : '', message }]
}

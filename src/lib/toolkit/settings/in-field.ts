import { isQwenctlError } from '../../base/errors.ts'

/** Runs `check`, and adds the field (`limits[0]`) to its error: for clients that sent a document and no flags. */
export function inField<Value>(field: string, check: () => Value): Value {
  try {
    return check()
  } catch (error) {
    throw withField(error, field)
  }
}

/** The same error, with its field if it named none. */
export function withField(error: unknown, field: string): unknown {
  if (isQwenctlError(error)) error.details['field'] ??= field
  return error
}

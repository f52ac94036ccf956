import { isQwenctlError } from '../../base/errors.ts'

/**
 * Does `check`, and lets what it refuses say which field it stands in, `limits[0]`: for those who sent a document and
 * no flags.
 */
export function inField<Value>(field: string, check: () => Value): Value {
  try {
    return check()
  } catch (error) {
    throw withField(error, field)
  }
}

/** The error itself, which now says its field where it said none. */
export function withField(error: unknown, field: string): unknown {
  if (isQwenctlError(error)) error.details['field'] ??= field
  return error
}

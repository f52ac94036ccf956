import { redact } from '../../account/mask.ts'
import { printable } from '../../base/text/printable.ts'

const MESSAGE_LENGTH = 300
const CODE_LENGTH = 100

/**
 * Makes a service's words fit for the ledger, logs and screens. Services repeat the key that they refuse, so the
 * text is masked, before the cut: half a key does not look like one. At most 300 characters.
 */
export function quotableMessage(message: string): string {
  return quotable(message, MESSAGE_LENGTH)
}

/** A code or type of a service, which may hold any text. At most 100 characters; null stays null. */
export function quotableCode(code: string | null): string | null {
  return code === null ? null : quotable(code, CODE_LENGTH)
}

function quotable(text: string, length: number): string {
  return printable(redact(text.slice(0, 10 * length), []).slice(0, length))
}

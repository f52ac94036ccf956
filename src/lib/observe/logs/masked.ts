import { redact } from '../../account/mask.ts'
import { printable } from '../../base/text/printable.ts'

const MOST_LENGTH = 300
const MOST_KNOWN = 1000

/**
 * Text of clients and services for logs: masked, cut, and without control characters. Repeated text (models, names)
 * is cached, because masking costs more than the rest of a request's logging.
 */
export class Masked {
  readonly #known = new Map<string, string>()

  of(text: string): string {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    // Masked before the cut: half a key does not look like one.
    const shown = printable(redact(text.slice(0, 4 * MOST_LENGTH), []).slice(0, MOST_LENGTH))
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    if (text.length <= MOST_LENGTH) this.#known.set(text, shown)
    return shown
  }
}

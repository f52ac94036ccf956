import { redact } from '../../account/mask.ts'
import { printable } from '../../base/printable.ts'

const MOST_LENGTH = 300
const MOST_KNOWN = 1000

/**
 * Text of clients and services as it may be written: masked, cut, and without control characters. What repeats (models, names) is worked out once, since
 * masking takes longer than everything else that is done for a request.
 */
export class Masked {
  readonly #known = new Map<string, string>()

  of(text: string): string {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    // Masked before it is cut: half a key does not look like one.
    const shown = printable(redact(text.slice(0, 4 * MOST_LENGTH), []).slice(0, MOST_LENGTH))
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    if (text.length <= MOST_LENGTH) this.#known.set(text, shown)
    return shown
  }
}

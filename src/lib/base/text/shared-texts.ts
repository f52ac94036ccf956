/**
 * Equal texts as one string. A parser makes a new string for each value. Ten thousand accounts would have ten thousand
 * copies of one base URL.
 */
export class SharedTexts {
  readonly #texts = new Map<string, string>()

  share(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    this.#texts.set(text, text)
    return text
  }
}

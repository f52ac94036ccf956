import type { ConfigText, Path } from './config-text.ts'

/** `NAME=value` lines. A path is `[NAME]`. */
export class DotenvText implements ConfigText {
  #lines: string[]

  constructor(text: string) {
    this.#lines = text === '' ? [] : text.split('\n')
  }

  get text(): string {
    return this.#lines.join('\n')
  }

  get([name]: Path): unknown {
    const at = this.#at(name!)
    if (at < 0) return undefined
    const text = this.#lines.slice(at, this.#end(at)).join('\n')
    return text
      .slice(text.indexOf('=') + 1)
      .trim()
      .replace(/^(["'])(.*)\1$/s, '$2')
  }

  set([name]: Path, value: unknown): void {
    const at = this.#at(name!)
    const line = `${name}=${String(value)}`
    const end = this.#lines[0]?.endsWith('\r') === true ? '\r' : ''
    if (at >= 0) {
      const [lead = ''] = /^\s*(?:export\s+)?/.exec(this.#lines[at]!) ?? []
      const isCrLf = this.#lines[at]!.endsWith('\r')
      this.#lines.splice(at, this.#end(at) - at, lead + line + (isCrLf ? '\r' : ''))
    } else if (this.#lines.at(-1) === '') this.#lines.splice(-1, 0, line + end)
    else this.#lines.push(line, '')
  }

  remove([name]: Path): void {
    const at = this.#at(name!)
    if (at >= 0) this.#lines.splice(at, this.#end(at) - at)
  }

  source([name]: Path): string | null {
    const at = this.#at(name!)
    return at < 0 ? null : this.#lines.slice(at, this.#end(at)).join('\n')
  }

  restore([name]: Path, source: string): void {
    const at = this.#at(name!)
    if (at >= 0) this.#lines.splice(at, this.#end(at) - at, ...source.split('\n'))
  }

  /** The line after a value. In quotes, a value may have several lines. */
  #end(at: number): number {
    const line = this.#lines[at]!
    const value = line.slice(line.indexOf('=') + 1).trimStart()
    const [quote] = value
    if (quote !== '"' && quote !== "'") return at + 1
    // In double quotes, a backslash escapes a quote.
    const closing = quote === '"' ? /(?<!\\)"/ : /'/
    if (closing.test(value.slice(1))) return at + 1
    const last = this.#lines.findIndex((each, index) => index > at && closing.test(each))
    return last < 0 ? at + 1 : last + 1
  }

  #at(name: string): number {
    return this.#lines.findLastIndex((line) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(line))
  }
}

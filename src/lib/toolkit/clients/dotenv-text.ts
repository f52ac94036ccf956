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
    const line = this.#lines[this.#at(name!)]
    return line === undefined
      ? undefined
      : line
          .slice(line.indexOf('=') + 1)
          .trim()
          .replace(/^(["'])(.*)\1$/, '$2')
  }

  set([name]: Path, value: unknown): void {
    const at = this.#at(name!)
    const line = `${name}=${String(value)}`
    const end = this.#lines[0]?.endsWith('\r') === true ? '\r' : ''
    if (at >= 0) {
      const [lead = ''] = /^\s*(?:export\s+)?/.exec(this.#lines[at]!) ?? []
      this.#lines[at] = lead + line + (this.#lines[at]!.endsWith('\r') ? '\r' : '')
    } else if (this.#lines.at(-1) === '') this.#lines.splice(-1, 0, line + end)
    else this.#lines.push(line, '')
  }

  remove([name]: Path): void {
    const at = this.#at(name!)
    if (at >= 0) this.#lines.splice(at, 1)
  }

  #at(name: string): number {
    return this.#lines.findLastIndex((line) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(line))
  }
}

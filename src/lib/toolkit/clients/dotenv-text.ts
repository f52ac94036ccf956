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
    if (at >= 0) this.#lines[at] = line
    else if (this.#lines.at(-1) === '') this.#lines.splice(-1, 0, line)
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

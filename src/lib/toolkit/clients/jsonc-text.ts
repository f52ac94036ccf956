import { readMessage } from '../../base/errors.ts'
import { lineStartBefore, refuseFile, type ConfigText, type Path } from './config-text.ts'
import { parseJsonc, skipTrivia, toValue, type JsoncNode } from './jsonc-reader.ts'

type ObjectNode = Extract<JsoncNode, { kind: 'object' }>

/** JSON with comments. Comments, order and layout stay. */
export class JsoncText implements ConfigText {
  readonly #file: string
  text: string

  /** Throws `failed` for a file that is not valid. */
  constructor(file: string, text: string) {
    this.#file = file
    this.text = text
    if (text.replace('\uFEFF', '').trim() !== '') this.#root()
  }

  get(path: Path): unknown {
    const node = this.#find(path)
    return node === undefined ? undefined : toValue(node)
  }

  source(path: Path): string | null {
    const node = this.#find(path)
    return node === undefined ? null : this.text.slice(node.start, node.end)
  }

  restore(path: Path, source: string): void {
    const node = this.#find(path)
    if (node !== undefined) this.#replace(node.start, node.end, source)
  }

  #find(path: Path): JsoncNode | undefined {
    if (this.text.trim() === '') return undefined
    let node: JsoncNode | undefined = this.#root()
    for (const name of path) node = node?.kind === 'object' ? findMember(node, name)?.value : undefined
    return node
  }

  set(path: Path, value: unknown): void {
    if (this.text.trim() === '') this.text = '{}\n'
    let node: JsoncNode = this.#root()
    for (const [index, name] of path.entries()) {
      if (node.kind !== 'object')
        throw refuseFile(this.#file, `${path.slice(0, index).join('.')} is no object`)
      const found = findMember(node, name)
      if (found === undefined) return this.#insert(node, name, nest(path.slice(index + 1), value))
      node = found.value
    }
    this.#replace(node.start, node.end, this.#write(value, indentAt(this.text, node.start)))
  }

  remove(path: Path): void {
    if (this.text.trim() === '') return
    const name = path.at(-1)
    let node: JsoncNode | undefined = this.#root()
    for (const each of path.slice(0, -1))
      node = node?.kind === 'object' ? findMember(node, each)?.value : undefined
    if (node?.kind === 'object' && name !== undefined) this.#cut(node, name)
  }

  #root(): JsoncNode {
    try {
      return parseJsonc(this.text)
    } catch (error) {
      throw refuseFile(this.#file, `it is not valid JSON (${readMessage(error)})`)
    }
  }

  #insert(parent: ObjectNode, name: string, value: unknown): void {
    const { text } = this
    const last = parent.members.at(-1)
    const outer = indentAt(text, parent.start)
    const first = parent.members[0]
    const isOneLine = first !== undefined && !text.slice(parent.start, first.keyStart).includes('\n')
    const indent = first === undefined || isOneLine ? outer + this.#unit() : indentAt(text, first.keyStart)
    const member = `${JSON.stringify(name)}: ${this.#write(value, isOneLine ? outer : indent)}`
    if (last === undefined) {
      const end = parent.end - 1
      const from = lineStartBefore(text, end)
      return this.#replace(from, end, `${this.#break()}${indent}${member}${this.#break()}${outer}`)
    }
    const after = skipTrivia(text, last.value.end)
    const hasComma = text[after] === ','
    const at = findLineEnd(text, hasComma ? after + 1 : last.value.end)
    const lead = isOneLine ? ' ' : `${this.#break()}${indent}`
    this.#replace(at, at, `${lead}${member}${hasComma && !isOneLine ? ',' : ''}`)
    if (!hasComma) this.#replace(last.value.end, last.value.end, ',')
  }

  #cut({ start, end: close, members }: ObjectNode, name: string): void {
    const { text } = this
    const index = members.findIndex(({ key }) => key === name)
    const found = members[index]
    if (found === undefined) return
    const after = skipTrivia(text, found.value.end)
    const hasComma = text[after] === ','
    const before = members[index - 1]
    const isInline = !text.slice(before?.value.end ?? start, found.keyStart).includes('\n')
    if (isInline && before !== undefined && !hasComma)
      return this.#replace(before.value.end, found.value.end, '')
    const from = isInline ? found.keyStart : lineStartBefore(text, found.keyStart)
    const end = hasComma ? after + 1 : found.value.end
    this.#replace(from, isInline && hasComma ? findBlankEnd(text, end) : end, '')
    if (before !== undefined && !hasComma) {
      const comma = skipTrivia(text, before.value.end)
      this.#replace(comma, comma + 1, '')
    }
    const inner = this.text.slice(start + 1, close - (text.length - this.text.length) - 1)
    if (members.length === 1 && inner.trim() === '') this.#replace(start + 1, start + 1 + inner.length, '')
  }

  #replace(start: number, end: number, more: string): void {
    this.text = this.text.slice(0, start) + more + this.text.slice(end)
  }

  #write(value: unknown, indent: string): string {
    const unit = this.#unit()
    return JSON.stringify(value, null, unit).replaceAll('\n', `${this.#break()}${indent}`)
  }

  #unit(): string {
    return /\n([ \t]+)"/.exec(this.text)?.[1] ?? '  '
  }

  #break(): string {
    return this.text.includes('\r\n') ? '\r\n' : '\n'
  }
}

function findMember({ members }: ObjectNode, name: string) {
  return members.findLast(({ key }) => key === name)
}

function nest(path: Path, value: unknown): unknown {
  return path.reduceRight((inner: unknown, name) => ({ [name]: inner }), value)
}

/** The indentation of the line of this offset. */
function indentAt(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1
  return /^[ \t]*/.exec(text.slice(start, at))?.[0] ?? ''
}

function findBlankEnd(text: string, at: number): number {
  return at + (/^[ \t]*/.exec(text.slice(at))?.[0].length ?? 0)
}

/** The offset after a comment on the rest of the line. */
function findLineEnd(text: string, at: number): number {
  return at + (/^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/)?/.exec(text.slice(at))?.[0].trimEnd().length ?? 0)
}

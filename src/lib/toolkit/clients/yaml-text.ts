import { isDeepStrictEqual } from 'node:util'
import { isMap, isNode, isScalar, isSeq, parseDocument, stringify, type Document, type Pair } from 'yaml'
import { refuseFile, type ConfigText, type Path } from './config-text.ts'

/**
 * YAML. A path `[list, name]` is the entry of the list that has this `name`. Edits add, replace or cut whole lines, so that
 * all other lines keep their bytes. Only a list or a map on one line is written again.
 */
export class YamlText implements ConfigText {
  readonly #file: string
  text: string

  constructor(file: string, text: string) {
    this.#file = file
    this.text = text
    this.#parse() // throws for a file that is not valid
  }

  get(path: Path): unknown {
    const document = this.#parse()
    if (path.length === 1) return toData(document.get(path[0]))
    const index = findIndex(document, path)
    return index < 0 ? undefined : toData(document.getIn([path[0], index]))
  }

  set(path: Path, value: unknown): void {
    this.#edit(path, value, () => this.#setLines(path, value))
  }

  remove(path: Path): void {
    this.#edit(path, undefined, () => this.#removeLines(path))
  }

  source(path: Path): string | null {
    const range = this.#findEntry(path)
    return range === null ? null : this.text.slice(range.start, range.end)
  }

  restore(path: Path, source: string): void {
    const range = this.#findEntry(path)
    if (range !== null) this.#replace(range.start, range.end, source)
  }

  /** The lines of an entry; null: there is none, or it has no lines of its own. */
  #findEntry(path: Path): { start: number; end: number } | null {
    const document = this.#parse()
    const list = path.length > 1 ? findPair(document, path[0]!)?.value : undefined
    if (!isSeq(list)) return null
    const entry = list.items[findIndex(document, path)]
    const dash = entry === undefined ? null : this.#findDash(entry)
    return dash === null ? null : { start: lineStart(this.text, dash), end: this.#lineEnd(readEnd(entry)) }
  }

  /** Edits lines. Where the result has another meaning, as after the end of a document, the file is written again. */
  #edit(path: Path, value: unknown, editLines: () => void): void {
    const before = this.text
    editLines()
    const edited = parseDocument(this.text)
    const wanted = parseDocument(before)
    changeDocument(wanted, path, value)
    if (edited.errors.length === 0 && isDeepStrictEqual(edited.toJS() ?? {}, wanted.toJS() ?? {})) return
    this.text = before
    this.#rewrite(path, value)
  }

  #setLines(path: Path, value: unknown): void {
    const document = this.#parse()
    if (document.contents !== null && !isBlockMap(document)) return this.#rewrite(path, value)
    const [key] = path as [string]
    const pair = findPair(document, key)
    const entry = path.length === 1 ? value : [value]
    if (pair === undefined) return this.#append(stringify({ [key]: entry }, { lineWidth: 0 }))
    if (path.length > 1) return this.#setEntry(document, path, value)
    if (!isScalar(pair.value) || pair.value.range == null) return this.#rewrite(path, value)
    const [start, end] = pair.value.range
    this.#replace(start, end, stringify(value, { lineWidth: 0 }).trimEnd())
  }

  #removeLines(path: Path): void {
    const document = this.#parse()
    if (document.contents !== null && !isBlockMap(document)) return this.#rewrite(path)
    const [key] = path as [string]
    const pair = findPair(document, key)
    if (pair === undefined) return
    const from = lineStart(this.text, readStart(pair.key))
    if (path.length === 1) return this.#cut(from, readEnd(pair.value ?? pair.key))
    const index = findIndex(document, path)
    if (index < 0 || !isSeq(pair.value)) return
    const { items } = pair.value
    const dash = this.#findDash(items[index])
    if (dash === null) return this.#rewrite(path)
    // An empty list keeps its place.
    if (items.length === 1) {
      const key = readEnd(pair.key)
      const head = this.text.slice(key, this.#lineEnd(key)).replace(/^\s*:/, ': []')
      return this.#replace(key, this.#lineEnd(readEnd(items[0])), head)
    }
    this.#cut(lineStart(this.text, dash), readEnd(items[index]))
  }

  #setEntry(document: Document, path: Path, value: unknown): void {
    const list = findPair(document, path[0]!)!.value
    if (isScalar(list) && list.value === null) return this.#rewrite(path, value)
    if (!isSeq(list)) throw refuseFile(this.#file, `${path[0]} is no list`)
    const index = findIndex(document, path)
    const last = list.items.at(-1)
    const dash = last === undefined ? null : this.#findDash(last)
    if (dash === null) return this.#rewrite(path, value)
    const indent = this.text.slice(lineStart(this.text, dash), dash)
    const block = stringify([value], { lineWidth: 0 })
      .trimEnd()
      .split('\n')
      .map((line) => indent + line)
      .join(this.#break())
    if (index < 0) {
      const at = this.#lineEnd(readEnd(last))
      return this.#replace(at, at, this.#break() + block)
    }
    const known = list.items[index]
    const start = this.#findDash(known)
    if (start === null) return this.#rewrite(path, value)
    this.#replace(lineStart(this.text, start), this.#lineEnd(readEnd(known)), block)
  }

  /** The offset of the dash of an entry on lines of its own; null: it is written in another form. */
  #findDash(item: unknown): number | null {
    const start = readStart(item)
    const before = this.text.slice(lineStart(this.text, start), start)
    return /^[ \t]*-[ \t]+$/.test(before) ? lineStart(this.text, start) + before.indexOf('-') : null
  }

  /** Changes the document as a whole: its layout may change. */
  #rewrite(path: Path, value?: unknown): void {
    const document = this.#parse()
    changeDocument(document, path, value)
    const isPadded = /[[{] /.test(this.text)
    this.text =
      document.contents === null ? '' : document.toString({ lineWidth: 0, flowCollectionPadding: isPadded })
  }

  #append(block: string): void {
    const { text } = this
    const lines = block.trimEnd().replaceAll('\n', this.#break())
    const isOpen = text !== '' && !text.endsWith('\n')
    this.text = isOpen ? text + this.#break() + lines : text + lines + this.#break()
  }

  /** Cuts whole lines, up to the end of the one at `end`. */
  #cut(start: number, end: number): void {
    const stop = this.#lineEnd(end)
    const after = /^\r?\n/.exec(this.text.slice(stop, stop + 2))?.[0].length ?? 0
    const from = after > 0 ? start : start - (/\r?\n$/.exec(this.text.slice(0, start))?.[0].length ?? 0)
    this.#replace(from, stop + after, '')
  }

  /** The end of the line of the last character before `at`, with its comment. */
  #lineEnd(at: number): number {
    let end = at
    while (end > 0 && /\s/.test(this.text[end - 1]!)) end--
    while (end < this.text.length && this.text[end] !== '\n' && this.text[end] !== '\r') end++
    return end
  }

  #replace(start: number, end: number, more: string): void {
    this.text = this.text.slice(0, start) + more + this.text.slice(end)
  }

  #break(): string {
    return this.text.includes('\r\n') ? '\r\n' : '\n'
  }

  #parse(): Document {
    const document = parseDocument(this.text)
    const [error] = document.errors
    if (error !== undefined)
      throw refuseFile(this.#file, `it is not valid YAML (${error.message.split('\n')[0]})`)
    return document
  }
}

function changeDocument(document: Document, path: Path, value: unknown): void {
  const [list] = path as [string]
  if (path.length === 1) {
    if (value !== undefined) document.set(list, value)
    else if (document.contents !== null) document.delete(list)
    return
  }
  const index = findIndex(document, path)
  if (value === undefined) return void (index < 0 || document.deleteIn([list, index]))
  const node: unknown = document.get(list, true)
  if (!isSeq(node)) {
    const made = document.createNode([value])
    if (isNode(node)) made.commentBefore = node.comment ?? null
    return document.set(list, made)
  }
  if (index < 0) node.add(document.createNode(value))
  else node.set(index, document.createNode(value))
}

function isBlockMap({ contents }: Document): boolean {
  return isMap(contents) && contents.flow !== true
}

function findPair({ contents }: Document, key: string): Pair | undefined {
  if (!isMap(contents)) return undefined
  return contents.items.find((pair) => isScalar(pair.key) && pair.key.value === key)
}

function findIndex(document: Document, [list, name]: Path): number {
  const node: unknown = document.get(list)
  return isSeq(node) ? node.items.findIndex((item) => isMap(item) && item.get('name') === name) : -1
}

function readStart(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

function readEnd(node: unknown): number {
  return isNode(node) ? (node.range?.[1] ?? 0) : 0
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

function toData(node: unknown): unknown {
  return typeof node === 'object' && node !== null && 'toJSON' in node
    ? (node as { toJSON(): unknown }).toJSON()
    : node
}

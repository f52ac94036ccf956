import { parseDocument, isMap, isSeq, type Document } from 'yaml'
import { refuseFile, type ConfigText, type Path } from './config-text.ts'

/** YAML. A path `[list, name]` is the entry of the list that has this `name`. */
export class YamlText implements ConfigText {
  readonly #file: string
  readonly #document: Document
  /** Whether lists on one line have blanks inside their brackets. */
  readonly #isPadded: boolean

  constructor(file: string, text: string) {
    this.#file = file
    this.#isPadded = /[[{] /.test(text)
    this.#document = parseDocument(text)
    const [error] = this.#document.errors
    if (error !== undefined) throw refuseFile(file, `it is not valid YAML (${error.message.split('\n')[0]})`)
  }

  get text(): string {
    return this.#document.contents === null
      ? ''
      : this.#document.toString({ lineWidth: 0, flowCollectionPadding: this.#isPadded })
  }

  get(path: Path): unknown {
    if (path.length === 1) return toData(this.#document.get(path[0]))
    const index = this.#findIndex(path)
    return index < 0 ? undefined : toData(this.#document.getIn([path[0], index]))
  }

  set(path: Path, value: unknown): void {
    if (path.length === 1) return this.#document.set(path[0], value)
    const [list] = path as [string, string]
    const node: unknown = this.#document.get(list)
    if (node === undefined || node === null)
      return this.#document.set(list, this.#document.createNode([value]))
    if (!isSeq(node)) throw refuseFile(this.#file, `${list} is no list`)
    const index = this.#findIndex(path)
    if (index < 0) node.add(this.#document.createNode(value))
    else node.set(index, this.#document.createNode(value))
  }

  remove(path: Path): void {
    if (path.length === 1) return void this.#document.delete(path[0])
    const index = this.#findIndex(path)
    if (index >= 0) this.#document.deleteIn([path[0], index])
  }

  #findIndex([list, name]: Path): number {
    const node: unknown = this.#document.get(list)
    return isSeq(node) ? node.items.findIndex((item) => isMap(item) && item.get('name') === name) : -1
  }
}

function toData(node: unknown): unknown {
  return typeof node === 'object' && node !== null && 'toJSON' in node
    ? (node as { toJSON(): unknown }).toJSON()
    : node
}

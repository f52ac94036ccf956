import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

export interface Document {
  /** From the root, with `/`. */
  file: string
  text: string
}

/** Every document of the repository that people read. */
export function allDocuments(): Document[] {
  const named = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'bench/README.md']
  const found = ['docs', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
      .filter((file) => file.endsWith('.md') && !file.includes('node_modules')),
  )
  return [...named, ...found].map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
}

export function document(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

export function isThere(file: string): boolean {
  return existsSync(join(root, file))
}

/** Every TypeScript and JavaScript file that is shipped, as text. */
export function shippedSources(): string[] {
  return ['src', 'bin'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|js)$/.test(file))
      .map((file) => readFileSync(join(root, folder, file), 'utf8')),
  )
}

/** The parts of a document that a shell could run: lines of its blocks, fenced or indented, and text in backquotes. */
export function codeIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```([a-z]*)\n([\s\S]*?)^```/gm)]
  const fenced = blocks
    .filter(([, language]) => language === '' || language === 'sh')
    .flatMap(([, , block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
  const prose = text.replaceAll(/^```[a-z]*\n[\s\S]*?^```/gm, '')
  const indented = [...prose.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => line)
  const inline = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return [...fenced, ...indented, ...inline]
}

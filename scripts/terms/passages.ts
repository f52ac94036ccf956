import ts from 'typescript'

/** A passage of prose. */
export interface Passage {
  file: string
  /** 1 for the first line of the file. */
  line: number
  kind: 'comment' | 'document' | 'message'
  text: string
}

/**
 * The prose of a file: comments and messages of TypeScript, paragraphs of Markdown. Strings of a test are mostly data
 * that other programs write, so only its titles count.
 */
export function readPassages(file: string, text: string): Passage[] {
  return file.endsWith('.md') ? readMarkdown(file, text) : readTypeScript(file, text)
}

function readMarkdown(file: string, text: string): Passage[] {
  const passages: Passage[] = []
  let isFenced = false
  let paragraph: { line: number; lines: string[] } | null = null
  const close = (): void => {
    if (paragraph !== null)
      passages.push({ file, line: paragraph.line, kind: 'document', text: paragraph.lines.join(' ') })
    paragraph = null
  }
  text.split('\n').forEach((raw, index) => {
    if (/^\s*```/.test(raw)) {
      isFenced = !isFenced
      return close()
    }
    if (isFenced || /^\s{4,}\S/.test(raw) || raw.trim() === '' || /^\s*<!--/.test(raw)) return close()
    const line = index + 1
    if (/^\s*\|/.test(raw)) {
      close()
      for (const cell of raw.split(/(?<!\\)\|/)) {
        if (/\p{L}/u.test(cell)) passages.push({ file, line, kind: 'document', text: cell.trim() })
      }
      return
    }
    if (/^\s*(?:[-*]|\d+\.|#+)\s/.test(raw)) close()
    const words = raw.replace(/^\s*(?:[-*>]|\d+\.|#+)\s/, '').trim()
    if (paragraph === null) paragraph = { line, lines: [words] }
    else paragraph.lines.push(words)
    if (raw.startsWith('#')) close()
  })
  close()
  return passages
}

function readTypeScript(file: string, text: string): Passage[] {
  const passages: Passage[] = []
  const kind = file.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind)
  const isTest = file.startsWith('test/')
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1
  const seen = new Set<number>()
  const visit = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ]
    for (const block of joinLines(ranges, text)) {
      if (seen.has(block.pos)) continue
      seen.add(block.pos)
      const words = commentText(text.slice(block.pos, block.end))
      if (/\p{L}{2}/u.test(words) && !/^(?:eslint|prettier|@ts-|c8 |v8 )/.test(words)) {
        passages.push({ file, line: lineAt(block.pos), kind: 'comment', text: words })
      }
    }
    const message = isTest ? titleText(node) : messageText(node)
    if (message !== null)
      passages.push({ file, line: lineAt(node.getStart()), kind: 'message', text: message })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return passages
}

/** Line comments below each other are one comment. */
function joinLines(ranges: readonly ts.CommentRange[], text: string): { pos: number; end: number }[] {
  const joined: { pos: number; end: number; isLine: boolean }[] = []
  for (const { pos, end, kind } of ranges) {
    const isLine = kind === ts.SyntaxKind.SingleLineCommentTrivia
    const last = joined.at(-1)
    if (last?.isLine === true && isLine && /^\n[ \t]*$/.test(text.slice(last.end, pos))) last.end = end
    else joined.push({ pos, end, isLine })
  }
  return joined
}

function commentText(comment: string): string {
  return comment
    .replace(/^\/\*\*?|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*(?:\/\/|\*)\s?/, '').trim())
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The title of a test or of a group of tests: `test('title', ...)`, `test.each(rows)('title', ...)`. */
function titleText(node: ts.Node): string | null {
  if (!ts.isCallExpression(node) || !/^(?:test|it|describe)\b/.test(node.expression.getText())) return null
  const [title] = node.arguments
  return title === undefined ? null : readString(title)
}

/** Text of several words in a string or a template: a message, a help text or a label. */
function messageText(node: ts.Node): string | null {
  const text = readString(node)
  return text !== null && text.trim().split(/\s+/).length >= 3 ? text : null
}

function readString(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  if (ts.isTemplateExpression(node)) {
    return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(' x ')
  }
  return ts.isJsxText(node) ? node.text.trim() : null
}

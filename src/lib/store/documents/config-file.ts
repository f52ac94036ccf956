import type { Document, ParsedNode } from 'yaml'
import { QwenctlError, readMessage } from '../../base/errors.ts'
import { isRecord } from '../../base/is-record.ts'
import { writeAtomically } from './files/atomic-write.ts'
import { linkTarget } from './files/link-target.ts'
import { readStoreFile } from './files/read-store-file.ts'
import { withLock } from '../locks/lock.ts'

/**
 * Reads the settings in `config.yaml` as nested mappings; none for a missing or empty file. Throws `invalid_value`
 * with the line that cannot be parsed.
 */
export async function readConfigFile(file: string): Promise<Record<string, unknown>> {
  const text = readStoreFile(file)
  if (text === null) return {}
  return readMapping(file, await parse(file, text))
}

/**
 * Sets one value; undefined removes it. Keeps comments and order. Throws `invalid_value` when the file cannot be
 * parsed, and then leaves it unchanged.
 */
export async function writeConfigValue(file: string, path: string[], value: unknown): Promise<void> {
  await withLock(file, async () => {
    const document = await parse(file, readStoreFile(file) ?? '')
    readMapping(file, document)
    if (value === undefined) document.deleteIn(path)
    else setValue(file, document, path, value)
    await writeAtomically(
      linkTarget(file),
      document.contents === null ? '' : document.toString({ lineWidth: 0 }),
    )
  })
}

/** The parser is loaded on first need: a home without a config file does not pay for it. */
async function parse(file: string, text: string): Promise<Document<ParsedNode, true> | Document> {
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text)
  const [error] = document.errors
  if (error === undefined) return document
  const line = error.linePos?.[0].line ?? 1
  // The parser's message continues with an excerpt of the file, which may hold a password.
  const reason = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')
  throw notUnderstood(file, `line ${line}: ${reason}`)
}

function readMapping(file: string, document: Document<ParsedNode, true> | Document): Record<string, unknown> {
  let value: unknown
  try {
    value = document.toJS()
  } catch (error) {
    throw notUnderstood(file, readMessage(error)) // aliases that multiply without end
  }
  if (value === null || value === undefined) return {}
  if (isRecord(value)) return value
  throw notUnderstood(file, 'line 1: it must be a mapping of names to values, such as port: 3000')
}

function setValue(file: string, document: Document, path: string[], value: unknown): void {
  try {
    document.setIn(path, value)
  } catch {
    // A part of the path holds a plain value, as in `proxy: 3` for proxy.port.
    throw notUnderstood(file, `a part of ${path.join('.')} is a plain value there`)
  }
}

function notUnderstood(file: string, reason: string): QwenctlError {
  return new QwenctlError('invalid_value', `${file} cannot be understood: ${reason}`, {
    hint: `correct ${file}, or move it away`,
  })
}

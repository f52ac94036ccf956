import { complete } from './candidates.ts'
import type { CommandTable, NameSource } from './candidates.ts'

/** The output of `qwenctl __complete SHELL WORD...`; the last word is the one being typed. */
export async function completionAnswer(
  argv: string[],
  table: CommandTable,
  names: NameSource,
): Promise<string> {
  const [shell = '', ...typed] = argv
  const words = typed.length === 0 ? [''] : typed
  // PowerShell marks the last word, since an empty one would not arrive.
  if (shell === 'powershell') words[words.length - 1] = (words.at(-1) ?? '').replace(/^=/, '')
  const { candidates, files } = await complete(words, table, names)
  if (files) return ':files\n'
  return candidates.map(({ value, summary }) => `${answerLine(shell, value, summary)}\n`).join('')
}

function answerLine(shell: string, value: string, summary: string): string {
  return shell === 'bash' || summary === '' ? value : `${value}\t${summary.replaceAll(/[\t\n]/g, ' ')}`
}

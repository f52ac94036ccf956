import { lookUp } from '../base/text/look-up.ts'

/** A command line that can be answered from the store alone, without loading oclif. */
export type DirectRequest =
  | { kind: 'version' }
  | { kind: 'quota'; references: string[]; filter: DirectFilter }
  | { kind: 'accounts'; filter: DirectFilter }

export interface DirectFilter {
  user?: string
  provider?: string
  group?: string
}

/** Every way to ask for the version. */
export const VERSION_WORDS: ReadonlySet<string> = new Set(['--version', '-v', '-V', 'version'])

const filterFlags: Record<string, keyof DirectFilter> = {
  '--user': 'user',
  '--group': 'group',
  '-g': 'group',
  '--provider': 'provider',
  '-p': 'provider',
}

/**
 * Recognises `--version`, `quota show ... --json` and `auth list ... --json`, and only where every word is known:
 * null at the least doubt, so that oclif alone decides what is wrong usage.
 */
export function directRequest(argv: string[]): DirectRequest | null {
  if (argv.length === 1 && VERSION_WORDS.has(argv[0] ?? '')) return { kind: 'version' }
  const command = `${argv[0]} ${argv[1]}`
  if (command !== 'quota show' && command !== 'auth list') return null
  const read = formatRead(argv.slice(2))
  if (read === null || !read.json) return null
  if (command === 'quota show') return { kind: 'quota', references: read.words, filter: read.filter }
  return read.words.length === 0 ? { kind: 'accounts', filter: read.filter } : null
}

function formatRead(argv: string[]): { json: boolean; words: string[]; filter: DirectFilter } | null {
  const words: string[] = []
  const filter: DirectFilter = {}
  let json = false
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? ''
    const [flag = '', ...inline] = word.startsWith('--') ? word.split('=') : [word]
    const field = lookUp(filterFlags, flag)
    if (word === '--json' && !json) json = true
    else if (field !== undefined) {
      const value = inline.length > 0 ? inline.join('=') : argv[++index]
      if (value === undefined || value === '' || value.startsWith('-') || filter[field] !== undefined)
        return null
      filter[field] = value
    } else if (word === '' || word.startsWith('-')) return null
    else words.push(word)
  }
  return { json, words, filter }
}

import { basename, dirname, join, resolve } from 'node:path'
import type { CountsToday } from '../finding.ts'
import { oauthFinding, renewalNote, tokensIn } from '../clients/oauth-creds.ts'
import { readEntries, readFields, readNumber, parseJson, readText } from '../read/parse-file.ts'
import { qwenFolder } from '../clients/qwen-code.ts'
import { DamagedFile } from '../read/source.ts'
import type { ReadContext, Source } from '../read/source.ts'

const CREDENTIALS = /^oauth_creds_(.+)\.json$/

/** qwen-code-oai-proxy: one login per file beside qwen-code's own, and its counts of today. */
export const qwenCodeOaiProxy: Source = {
  id: 'qwen-code-oai-proxy',
  label: 'qwen-code-oai-proxy',
  inFolder: /^oauth_creds(_.+)?\.json$/,
  asFile: /^oauth_creds(_.+)?\.json$/,
  usual(context) {
    const folder = qwenFolder(context)
    const named = context.files.names(folder).filter((name) => CREDENTIALS.test(name))
    const isUsed =
      named.length > 0 || countFiles(folder, context).some((path) => context.files.kind(path) === 'file')
    // Without a trace of this tool, the only login belongs to qwen-code alone.
    const ownsDefault = isUsed && !/^(false|0|no)$/i.test(context.env['QWEN_CODE_AUTH_USE'] ?? '')
    return [...named, ...(ownsDefault ? ['oauth_creds.json'] : [])].map((name) => join(folder, name))
  },
  read(file, context) {
    const parsed = parseJson(file)
    const fields = readFields(parsed)
    if (!('access_token' in fields) || 'type' in fields) return null
    const id = CREDENTIALS.exec(basename(file.path))?.[1] ?? 'default'
    const tokens = tokensIn(parsed, id === 'default' ? file.path : null)
    if (tokens?.expiresAt == null) throw new DamagedFile(file.path, 'lacks a token or its time of expiry')
    const countsToday = readCounts(id, dirname(file.path), context)
    const notes = [renewalNote(tokens, 'qwen-code-oai-proxy')]
    const source = 'qwen-code-oai-proxy'
    return [oauthFinding({ source, file: file.path, name: id, tokens, countsToday, notes })]
  },
}

function countFiles(folder: string, context: ReadContext): string[] {
  const stateFolder = context.env['QWEN_PROXY_HOME'] ?? ''
  const proxyHome =
    stateFolder === '' ? join(context.home, '.local/share/qwen-proxy') : resolve(context.folder, stateFolder)
  return [join(proxyHome, 'usage.db'), join(folder, 'usage.db'), join(folder, 'request_counts.json')]
}

/** Its newer database, else its older file; null if it counted nothing today. */
function readCounts(id: string, folder: string, context: ReadContext): CountsToday | null {
  for (const path of countFiles(folder, context)) {
    if (context.files.kind(path) !== 'file') continue
    try {
      const counts = path.endsWith('.db')
        ? countsInDatabase(path, id, context)
        : countsInFile(path, id, context)
      if (counts !== null) return counts
    } catch (error) {
      // The login is valid without its counts.
      if (!(error instanceof DamagedFile)) throw error
      context.damaged(error.file, error.message)
    }
  }
  return null
}

function countsInDatabase(path: string, id: string, context: ReadContext): CountsToday | null {
  const { today } = context
  const [count] = context.files.rows(
    path,
    'SELECT count FROM daily_request_counts WHERE account_id = ? AND reset_date = ?',
    id,
    today,
  )
  const [usage] = context.files.rows(
    path,
    'SELECT requests, input_tokens, output_tokens FROM daily_usage WHERE account_id = ? AND date = ?',
    id,
    today,
  )
  const requests = whole(count?.['count']) || whole(usage?.['requests'])
  return counted(today, requests, whole(usage?.['input_tokens']), whole(usage?.['output_tokens']))
}

function countsInFile(path: string, id: string, context: ReadContext): CountsToday | null {
  const counts = readFields(parseJson({ path, text: context.files.text(path) }))
  const { today } = context
  // Its counters belong to the day of their last reset.
  const isToday = readText(counts['lastResetDate']) === today
  const requests = isToday ? whole(readFields(counts['requests'])[id]) : 0
  const usage = readEntries(readFields(counts['tokenUsage'])[id]).find(({ date }) => date === today)
  return counted(
    today,
    requests || whole(usage?.['requests']),
    whole(usage?.['inputTokens']),
    whole(usage?.['outputTokens']),
  )
}

function counted(
  day: string,
  requests: number,
  inputTokens: number,
  outputTokens: number,
): CountsToday | null {
  return requests === 0 ? null : { day, requests, inputTokens, outputTokens }
}

function whole(value: unknown): number {
  const number = readNumber(typeof value === 'bigint' ? Number(value) : value) ?? 0
  return Math.max(0, Math.floor(number))
}

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { basename, join } from 'node:path'
import type { Check } from './check.ts'
import { check } from './check.ts'
import { ownVersion } from '../own-version.ts'
import { formatVersion } from '../proxies.ts'
import type { DoctorParts } from './doctor-parts.ts'
import { lookUp } from '../../base/text/look-up.ts'

export async function checkProgram(parts: DoctorParts): Promise<Check[]> {
  return [nodeVersion(), compiled(parts), completion(parts.env), await proxies(parts)]
}

/** The start refuses an older version, so none reaches this check. */
function nodeVersion(): Check {
  return check('node', 'Node', { status: 'ok', detail: process.version })
}

function compiled({ home }: DoctorParts): Check {
  const folder = getCompileCacheDir()
  if (folder === undefined && home.root !== null && !existsSync(home.root))
    return check('compiled', 'compiled code', { status: 'skip', detail: 'the home does not exist yet' })
  if (folder !== undefined)
    return check('compiled', 'compiled code', { status: 'ok', detail: `kept in ${folder}` })
  return check('compiled', 'compiled code', {
    status: 'warn',
    detail: 'not kept: every start compiles again',
    fix: 'let qwenctl write to its cache folder; others must not be able to',
  })
}

const startFiles: Record<string, string[]> = {
  bash: ['.bashrc', '.bash_profile', '.profile', '.bash_completion'],
  zsh: ['.zshrc', '.zprofile'],
  fish: ['.config/fish/completions/qwenctl.fish', '.config/fish/config.fish'],
}

function completion(env: NodeJS.ProcessEnv): Check {
  const shell = basename(env['SHELL'] ?? '')
  const files = lookUp(startFiles, shell)
  const user = env['HOME'] ?? ''
  if (files === undefined || user === '') {
    return check('completion', 'completion', { status: 'skip', detail: 'the shell is not known' })
  }
  const isThere = files.some((file) => mentions(join(user, file)))
  if (isThere) return check('completion', 'completion', { status: 'ok', detail: `installed for ${shell}` })
  const fix = `qwenctl completion ${shell} says where its script goes`
  return check('completion', 'completion', { status: 'warn', detail: `not installed for ${shell}`, fix })
}

function mentions(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes('qwenctl')
  } catch {
    return false // the file does not exist
  }
}

async function proxies({ home, running, standings }: DoctorParts): Promise<Check> {
  const before = runFiles(home.runFolder)
  const found = running() // also removes the entries of killed proxies
  const outdated = found.map((proxy) => formatVersion(proxy, ownVersion())).find((words) => words !== null)
  if (outdated !== undefined) return check('proxies', 'proxies', { status: 'warn', detail: outdated })
  const silent = (await standings()).find(({ state }) => state === 'silent')
  if (silent !== undefined)
    return check('proxies', 'proxies', {
      status: 'warn',
      detail: `the proxy at ${silent.url} (pid ${silent.pid}) does not answer: it may be stopped or stuck`,
      fix: `kill ${silent.pid} ends it, then qwenctl proxy start`,
    })
  const urls = found.map(({ url, version }) => `${url} (${version ?? ''})`)
  const swept = before - runFiles(home.runFolder)
  const left = swept > 0 ? `; took away what ${swept} killed one${swept === 1 ? '' : 's'} left` : ''
  const detail = `${urls.length === 0 ? 'none runs' : `running at ${urls.join(', ')}`}${left}`
  return check('proxies', 'proxies', { status: 'ok', detail })
}

function runFiles(folder: string): number {
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^proxy-.*\.json$/.test(name)).length : 0
}

// The store room: where qwenctl keeps data, and how the data survives crashes, full disks and concurrent processes.
// Documents (lowdb), the ledger's files, the vault, locks. The store knows records, not rules: their meaning
// belongs to the rooms above.

import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'
import { QwenctlError } from '../base/errors.ts'
import { readErrno } from '../base/errno.ts'
import { describeError } from './documents/files/file-error.ts'

/** Every place that qwenctl writes to; all absolute. */
export interface Home {
  /** The folder that `QWENCTL_HOME` names; null: the places of the operating system. */
  root: string | null
  dataFolder: string
  configFolder: string
  cacheFolder: string
  stateFolder: string
  accountsFile: string
  templatesFile: string
  /** The permissions of client keys. */
  keysFile: string
  /** Scheduled work. */
  jobsFile: string
  countersFile: string
  ledgerFolder: string
  /** The history of finished days, by hour. */
  historyFolder: string
  /** Notifications already sent, so that each is sent once. */
  noticesFolder: string
  configFile: string
  /** The last answers of providers about plans. */
  plansFile: string
  /** The prices of `prices update`. */
  pricesFile: string
  masterKeyFile: string
  vaultFile: string
  /** The token for the management API. */
  adminTokenFile: string
  /** Sessions and user tokens that ended before their expiry. */
  endedTokensFile: string
  logsFolder: string
  runFolder: string
  /** The batches that run or ran, and the files of those that came over HTTP. */
  batchesFolder: string
  /** Which account holds a conversation or a stored response. Losing the file costs warm caches. */
  affinityFolder: string
  accountsFolder: string
  /** The folder of installed plugins; null: the one that oclif chooses for this system user. */
  pluginsFolder: string | null
}

interface Folders {
  root: string | null
  data: string
  config: string
  cache: string
  state: string
}

/** The variables that name a shared store; a home has no other. */
const STORE_VARIABLES = ['QWENCTL_STORE_URL', 'QWENCTL_STORE_PREFIX', 'QWENCTL_STORE_ACK'] as const
type StoreVariables = Partial<Record<(typeof STORE_VARIABLES)[number], string>>

const storeVariables = new WeakMap<Home, StoreVariables>()

/** The variables of the environment that the home was resolved from. */
export function readStoreVariables(home: Home): StoreVariables {
  return storeVariables.get(home) ?? {}
}

/** Resolves all paths without touching the disk. A relative `QWENCTL_HOME` counts from the current folder. */
export function resolveHome(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  homeFolder?: string,
): Home {
  const path = platform === 'win32' ? win32 : posix
  const folders = foldersFor(env, platform, () => homeFolder ?? userFolder(env, platform))
  const home: Home = {
    root: folders.root,
    dataFolder: folders.data,
    configFolder: folders.config,
    cacheFolder: folders.cache,
    stateFolder: folders.state,
    accountsFile: path.join(folders.data, 'accounts.json'),
    templatesFile: path.join(folders.data, 'templates.json'),
    keysFile: path.join(folders.data, 'keys.json'),
    jobsFile: path.join(folders.data, 'jobs.json'),
    countersFile: path.join(folders.data, 'counters.json'),
    ledgerFolder: path.join(folders.data, 'ledger'),
    historyFolder: path.join(folders.data, 'history'),
    noticesFolder: path.join(folders.data, 'notices'),
    configFile: path.join(folders.config, 'config.yaml'),
    pricesFile: path.join(folders.data, 'prices.json'),
    plansFile: path.join(folders.cache, 'plans.json'),
    // Kept apart from the sealed values where the system has two places, so that one copy does not contain both.
    masterKeyFile: path.join(folders.state, 'master.key'),
    vaultFile: path.join(folders.data, 'vault.json'),
    adminTokenFile: path.join(folders.state, 'admin-token'),
    endedTokensFile: path.join(folders.state, 'ended-tokens'),
    logsFolder: path.join(folders.state, 'logs'),
    runFolder: path.join(folders.state, 'run'),
    batchesFolder: path.join(folders.data, 'batches'),
    affinityFolder: path.join(folders.state, 'affinity'),
    accountsFolder: path.join(folders.data, 'accounts'),
    pluginsFolder: folders.root === null ? null : path.join(folders.root, 'plugins'),
  }
  storeVariables.set(home, Object.fromEntries(STORE_VARIABLES.map((name) => [name, env[name]])))
  return home
}

/** Exists in a home during a restore, and after an interrupted one. */
export function restoreJournal(home: Home): string {
  return `${home.dataFolder}/restore-under-way.json`
}

function foldersFor(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, userHome: () => string): Folders {
  const path = platform === 'win32' ? win32 : posix
  const named = env['QWENCTL_HOME']
  if (named !== undefined && named !== '') {
    // Variables from a service file or an editor have not passed through a shell, so `~` is not expanded.
    const root = path.resolve(/^~(?=[\\/]|$)/.test(named) ? userHome() + named.slice(1) : named)
    return { root, data: root, config: root, cache: path.join(root, 'cache'), state: root }
  }
  if (platform === 'win32') return windowsFolders(env, userHome())
  if (platform === 'darwin') {
    const support = posix.join(userHome(), 'Library/Application Support/qwenctl')
    const cache = posix.join(userHome(), 'Library/Caches/qwenctl')
    return { root: null, data: support, config: support, cache, state: support }
  }
  return {
    root: null,
    data: xdgFolder(env['XDG_DATA_HOME'], userHome, '.local/share'),
    config: xdgFolder(env['XDG_CONFIG_HOME'], userHome, '.config'),
    cache: xdgFolder(env['XDG_CACHE_HOME'], userHome, '.cache'),
    state: xdgFolder(env['XDG_STATE_HOME'], userHome, '.local/state'),
  }
}

/** The XDG base directory specification says to ignore a relative path. */
function xdgFolder(named: string | undefined, userHome: () => string, standard: string): string {
  const base = named !== undefined && posix.isAbsolute(named) ? named : posix.join(userHome(), standard)
  return posix.join(base, 'qwenctl')
}

/** `%APPDATA%` roams between machines, so only the configuration is stored there. */
function windowsFolders(env: NodeJS.ProcessEnv, userHome: string): Folders {
  const roaming = win32.join(env['APPDATA'] || win32.join(userHome, 'AppData', 'Roaming'), 'qwenctl')
  const local = win32.join(env['LOCALAPPDATA'] || win32.join(userHome, 'AppData', 'Local'), 'qwenctl')
  return {
    root: null,
    data: win32.join(local, 'data'),
    config: roaming,
    cache: win32.join(local, 'cache'),
    state: win32.join(local, 'state'),
  }
}

function userFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const named = platform === 'win32' ? env['USERPROFILE'] : env['HOME']
  if (named !== undefined && named !== '') return named
  try {
    return homedir()
  } catch (cause) {
    throw new QwenctlError('store_unwritable', 'this user has no home folder', {
      hint: 'set QWENCTL_HOME to a folder of your own',
      cause,
    })
  }
}

/**
 * Creates missing folders, 0700. An existing folder keeps its mode: its owner chose it. Throws `store_unwritable`
 * that names the folder.
 */
export function prepareHome(home: Home): void {
  for (const folder of [home.dataFolder, home.configFolder, home.stateFolder, home.cacheFolder])
    ensureFolder(folder)
}

/** Creates a folder and its parents, 0700. Throws `store_unwritable`. */
export function ensureFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    if (readErrno(cause) === undefined) throw cause
    throw new QwenctlError(
      'store_unwritable',
      `cannot create the folder ${folder}: ${describeError(cause)}`,
      {
        hint: `make room for ${folder}, or set QWENCTL_HOME to a folder of your own`,
        cause,
      },
    )
  }
}

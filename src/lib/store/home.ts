// The store room: where things are kept, and how they survive crashes, full disks and many processes at once. Documents
// (lowdb), the ledger's files, the vault, locks. It knows records, not rules: what they mean is for the rooms above.

import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'
import { QwenctlError } from '../base/errors.ts'
import { errnoOf, reasonOf } from './documents/file-error.ts'

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
  /** What client keys may do. */
  keysFile: string
  countersFile: string
  ledgerFolder: string
  /** What was done on days that are over, by hour. */
  historyFolder: string
  /** What people were told of, so that they are told once. */
  noticesFolder: string
  configFile: string
  masterKeyFile: string
  vaultFile: string
  /** Opens the management API. */
  adminTokenFile: string
  logsFolder: string
  runFolder: string
  /** Which account holds a conversation or a stored response. Its loss costs warm caches. */
  affinityFolder: string
  accountsFolder: string
  /** Where plugins are installed; null: where oclif puts them for the user of the system. */
  pluginsFolder: string | null
}

interface Folders {
  root: string | null
  data: string
  config: string
  cache: string
  state: string
}

/** Where everything is; touches no disk. A relative `QWENCTL_HOME` counts from the current folder. */
export function resolveHome(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  homeFolder?: string,
): Home {
  const path = platform === 'win32' ? win32 : posix
  const folders = foldersFor(env, platform, () => homeFolder ?? userFolder(env, platform))
  return {
    root: folders.root,
    dataFolder: folders.data,
    configFolder: folders.config,
    cacheFolder: folders.cache,
    stateFolder: folders.state,
    accountsFile: path.join(folders.data, 'accounts.json'),
    templatesFile: path.join(folders.data, 'templates.json'),
    keysFile: path.join(folders.data, 'keys.json'),
    countersFile: path.join(folders.data, 'counters.json'),
    ledgerFolder: path.join(folders.data, 'ledger'),
    historyFolder: path.join(folders.data, 'history'),
    noticesFolder: path.join(folders.data, 'notices'),
    configFile: path.join(folders.config, 'config.yaml'),
    // Apart from the sealed values where the system has two places, so that copying one does not take both.
    masterKeyFile: path.join(folders.state, 'master.key'),
    vaultFile: path.join(folders.data, 'vault.json'),
    adminTokenFile: path.join(folders.state, 'admin-token'),
    logsFolder: path.join(folders.state, 'logs'),
    runFolder: path.join(folders.state, 'run'),
    affinityFolder: path.join(folders.state, 'affinity'),
    accountsFolder: path.join(folders.data, 'accounts'),
    pluginsFolder: folders.root === null ? null : path.join(folders.root, 'plugins'),
  }
}

/** Stands in a home while a restore is under way, and after one that was killed. */
export function restoreJournal(home: Home): string {
  return `${home.dataFolder}/restore-under-way.json`
}

function foldersFor(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, userHome: () => string): Folders {
  const path = platform === 'win32' ? win32 : posix
  const named = env['QWENCTL_HOME']
  if (named !== undefined && named !== '') {
    // A variable set by a service file or an editor has not been through a shell, so `~` arrives as it is written.
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

/** `%APPDATA%` roams between machines, so only the configuration goes there. */
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
 * Creates the folders that are missing, 0700; a folder that exists is somebody's choice and keeps its mode. Throws
 * `store_unwritable` naming the one that cannot be.
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
    if (errnoOf(cause) === undefined) throw cause
    throw new QwenctlError('store_unwritable', `cannot create the folder ${folder}: ${reasonOf(cause)}`, {
      hint: `make room for ${folder}, or set QWENCTL_HOME to a folder of your own`,
      cause,
    })
  }
}

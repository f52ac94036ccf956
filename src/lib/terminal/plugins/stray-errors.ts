import { realpathSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { readMessage } from '../../base/errors.ts'
import { registerSurvivor } from '../../base/survived-errors.ts'
import { endProcess, findRunningPlugin } from './output-aside.ts'

// Code of a plugin may fail in a timer or in a promise that no caller awaits. Node would end the process for it.

/** The folders of the plugins that were asked, by name. */
const folders = new Map<string, string[]>()
const said = new Set<string>()
const MOST_SAID = 100

/** From now on, an error of this plugin outside of a call is a warning. It does not end the process. */
export function surviveStrays({ name, root }: { name: string; root: string }): void {
  folders.set(name, [root, readRealPath(root)])
  registerSurvivor(isOfPlugin)
  process.off('uncaughtException', onStray).on('uncaughtException', onStray)
}

function readRealPath(root: string): string {
  try {
    return realpathSync(root)
  } catch {
    return root
  }
}

function isOfPlugin(error: unknown): boolean {
  return findPlugin(error) !== null
}

function onStray(error: unknown): void {
  const plugin = findPlugin(error)
  if (plugin === null) return endAsNode(error)
  const line = `plugin ${plugin}: an error outside of any call: ${describe(error)}`
  if (said.has(line) || said.size >= MOST_SAID) return
  said.add(line)
  process.stderr.write(`warning: ${line}\n`)
}

/** The first line; what a plugin throws may be anything, also a trap. */
function describe(error: unknown): string {
  try {
    return readMessage(error).split('\n')[0]?.slice(0, 300) ?? ''
  } catch {
    return 'it threw a value without a message'
  }
}

/**
 * The plugin with the code that threw the error; null: it is not one of a plugin. Packages that plugins share decide
 * nothing: the innermost of the other frames does. Without such a frame, it is the plugin that started the code.
 */
export function findPlugin(error: unknown): string | null {
  try {
    const places = error instanceof Error && typeof error.stack === 'string' ? listPlaces(error.stack) : []
    const decisive = places.find((place) => findOwner(place) !== null || !isShared(place))
    if (decisive !== undefined) return findOwner(decisive)
    return findRunningPlugin() ?? (places[0] === undefined ? null : findNeighbour(places[0]))
  } catch {
    return findRunningPlugin() // a value that throws where it is read
  }
}

/** The files of the frames outside of Node, the innermost first. */
function listPlaces(stack: string): string[] {
  return stack.split('\n').flatMap((line) => {
    const place = /^\s+at (?:.*?\()?((?:file:\/\/|\/|[A-Za-z]:\\)[^)]*?):\d+:\d+\)?$/.exec(line)?.[1]
    if (place === undefined) return []
    return place.startsWith('file:') ? readFileUrl(place) : [place]
  })
}

/** A frame can name any URL, also one that is no file of this machine. */
function readFileUrl(url: string): string[] {
  try {
    return [fileURLToPath(url)]
  } catch {
    return []
  }
}

function findOwner(place: string): string | null {
  return findName((root) => isBelow(root, place))
}

/** Whether a file is of a package beside an installed plugin: the dependencies of all plugins are there. */
function isShared(place: string): boolean {
  return findNeighbour(place) !== null
}

function findNeighbour(place: string): string | null {
  return findName((root) => {
    const parent = findPackages(root)
    return parent !== null && isBelow(parent, place)
  })
}

function findName(fits: (root: string) => boolean): string | null {
  for (const [name, own] of folders) if (own.some(fits)) return name
  return null
}

/** The folder `node_modules` that a plugin is in; null: it is linked from another place, or qwenctl is there too. */
function findPackages(root: string): string | null {
  const parent = dirname(root)
  const packages = basename(parent).startsWith('@') ? dirname(parent) : parent
  return basename(packages) === 'node_modules' && !isBelow(packages, import.meta.filename) ? packages : null
}

function isBelow(folder: string, place: string): boolean {
  return place.startsWith(`${folder}/`) || place.startsWith(`${folder}\\`)
}

/** Other listeners, such as that of a screen, handle the error themselves. */
function endAsNode(error: unknown): void {
  if (process.listenerCount('uncaughtException') > 1) return
  process.stderr.write(`${inspect(error)}\n\nNode.js ${process.version}\n`)
  endProcess(1)
}

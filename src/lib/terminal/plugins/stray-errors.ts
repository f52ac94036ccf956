import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'

// Code of a plugin may fail in a timer or in a promise that no caller awaits. Node would end the process for it.

/** The folders of the plugins that were asked, by name. */
const folders = new Map<string, string[]>()
const said = new Set<string>()
const MOST_SAID = 100

/** From now on, an error of this plugin outside of a call is a warning. It does not end the process. */
export function surviveStrays({ name, root }: { name: string; root: string }): void {
  folders.set(name, [root, readRealPath(root)])
  process.off('uncaughtException', onStray).on('uncaughtException', onStray)
}

function readRealPath(root: string): string {
  try {
    return realpathSync(root)
  } catch {
    return root
  }
}

function onStray(error: unknown): void {
  const plugin = findPlugin(error)
  if (plugin === null) return endAsNode(error)
  const { message } = error as Error
  const line = `plugin ${plugin}: an error outside of any call: ${message.split('\n')[0]?.slice(0, 300)}`
  if (said.has(line) || said.size >= MOST_SAID) return
  said.add(line)
  process.stderr.write(`warning: ${line}\n`)
}

/** The plugin with the code that threw the error; null: it is not one of a plugin. */
export function findPlugin(error: unknown): string | null {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return null
  const place = firstPlace(error.stack)
  if (place === null) return null
  const isBelow = (folder: string) => place.startsWith(`${folder}/`) || place.startsWith(`${folder}\\`)
  for (const [name, own] of folders) if (own.some(isBelow)) return name
  return null
}

/** The file of the innermost frame outside of Node. */
function firstPlace(stack: string): string | null {
  for (const line of stack.split('\n')) {
    const place = /^\s+at (?:.*?\()?((?:file:\/\/|\/|[A-Za-z]:\\)[^)]*?):\d+:\d+\)?$/.exec(line)?.[1]
    if (place !== undefined) return place.startsWith('file:') ? fileURLToPath(place) : place
  }
  return null
}

/** Other listeners, such as that of a screen, handle the error themselves. */
function endAsNode(error: unknown): void {
  if (process.listenerCount('uncaughtException') > 1) return
  process.stderr.write(`${inspect(error)}\n\nNode.js ${process.version}\n`)
  process.exit(1)
}

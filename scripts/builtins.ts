// Modules of Node in the bundles. An `import` of one reads its every export, and the getters among them load much
// that no command needs: streams behind `fs`, the browser's WebSocket behind `http`. `process.getBuiltinModule`
// reads none.
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Plugin } from 'esbuild'

/** Modules that load many others. They load with the first call of one of their functions. */
const ON_CALL = [
  ...['child_process', 'crypto', 'dns', 'fs/promises', 'http', 'https', 'net', 'perf_hooks', 'readline'],
  ...['stream/promises', 'timers/promises', 'tls', 'v8', 'vm', 'zlib'],
].map((name) => `node:${name}`)

/**
 * Replaces imports of the modules above. A class or a constant loads its module at once. In a CommonJS package every
 * export is a property, so all wait. A package may also set one, such as `http.globalAgent`.
 */
export const builtinsOnCall: Plugin = {
  name: 'builtins-on-call',
  setup(bundler) {
    const filter = new RegExp(`^(${ON_CALL.join('|')})$`)
    bundler.onResolve({ filter }, ({ path, kind }) => ({
      path,
      namespace: kind === 'require-call' ? 'required' : 'imported',
      sideEffects: false,
    }))
    const loader = 'js'
    bundler.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: wrapRequired(path),
      loader,
    }))
    bundler.onLoad({ filter: /.*/, namespace: 'imported' }, ({ path }) => ({
      contents: wrapImported(path),
      loader,
    }))
  },
}

function wrapImported(path: string): string {
  return [
    loadBuiltin(path),
    `export default /* @__PURE__ */ load()`,
    ...listNames(path).map((name) =>
      isPlainFunction(path, name)
        ? `export function ${name}(...given) { return load().${name}(...given) }`
        : `export const ${name} = /* @__PURE__ */ (() => load().${name})()`,
    ),
  ].join('\n')
}

function wrapRequired(path: string): string {
  const properties = listNames(path).map(
    (name) => `get ${name}() { return load().${name} }, set ${name}(value) { load().${name} = value },`,
  )
  return [loadBuiltin(path), 'module.exports = {', ...properties, '}'].join('\n')
}

function loadBuiltin(path: string): string {
  return `let loaded\nconst load = () => (loaded ??= process.getBuiltinModule(${JSON.stringify(path)}))`
}

function listNames(path: string): string[] {
  return Object.keys(process.getBuiltinModule(path) as object).filter(
    (name) => /^[A-Za-z]\w*$/.test(name) && name !== 'default',
  )
}

/** `promisify` looks for a property of some functions, so a wrapper cannot replace those. */
function isPlainFunction(path: string, name: string): boolean {
  const builtin = process.getBuiltinModule(path) as object
  const { value } = Object.getOwnPropertyDescriptor(builtin, name) ?? {}
  return typeof value === 'function' && /^[a-z]/.test(name) && !(promisify.custom in value)
}

const IMPORT =
  /import(?:\s*([\w$]+)\s*,?)?(?:\s*\*\s*as\s*([\w$]+)\s*)?(?:\s*\{([^}]*)\}\s*)?from\s*["'](node:[\w/]+)["'];?/g

/** Makes the imports of Node's modules in a file of esbuild calls of `getBuiltinModule`, before all other code. */
export function takeBuiltins(file: string): void {
  const text = readFileSync(file, 'utf8')
  const lines: string[] = []
  const rest = text.replace(IMPORT, (_, whole: string, all: string, names: string, path: string) => {
    const module = `process.getBuiltinModule("${path}")`
    for (const name of [whole, all]) if (name !== undefined) lines.push(`const ${name}=${module};`)
    if (names !== undefined) lines.push(`const{${names.replaceAll(/\s+as\s+/g, ':')}}=${module};`)
    return ''
  })
  if (lines.length > 0) writeFileSync(file, `${lines.join('')}${rest}`)
}

// The program in few files: reading hundreds of small ones takes longer than running them.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild'
import { builtinsOnCall, takeBuiltins } from './builtins.ts'

/**
 * Packages inside the bundles, since most commands load them. Installed plugins bring an oclif of their own, as
 * oclif intends.
 */
const BUNDLED = new Set(['@oclif/core', 'cli-table3', 'chalk', 'lowdb'])

/** The sources of every command go into one bundle with oclif: help needs no more. */
const START = ['src/lib/terminal/run-cli.ts']
/** The providers have a bundle of their own, since many commands need none. */
const PROVIDERS = ['src/hooks/providers.ts']
/** The other sources of the usual commands go into another one. */
const USUAL = [
  ...['accounts/show', 'config/list', 'keys/list', 'providers/list', 'proxy/status', 'quota/show'].map(
    (command) => `commands/${command}.ts`,
  ),
].map((file) => `src/${file}`)

/** oclif asks at each start whether this is WSL, and would load what starts a PowerShell there. */
const wslOnly: Plugin = {
  name: 'wsl-only',
  setup(bundler) {
    bundler.onLoad({ filter: /oclif.core.lib.util.os\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const contents = text.replace("(await import('wsl-utils')).isWsl", "(await import('is-wsl')).default")
      if (contents === text) throw new Error(`${path} asks for WSL in another way: adapt scripts/bundle.ts`)
      return { contents, loader: 'js' }
    })
  },
}

/** The variables that CommonJS packages expect in a module. */
const commonJs =
  'const require=process.getBuiltinModule("node:module").createRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;'

/** Writes `dist/` of the package at `root`, except for types, page and tables. */
export async function bundleProgram(root: string): Promise<void> {
  const shared: BuildOptions = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    outdir: 'dist',
    legalComments: 'none',
    // Every start reads all of the usual code, so it is half as long. Names stay, for traces.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    logLevel: 'warning',
  }
  const start = { 'answer-directly': './answer-directly.js', 'run-cli': './lib/terminal/run-cli.js' }
  await build({
    ...shared,
    entryPoints: ['src/main.ts', 'src/answer-directly.ts'],
    external: ['@redis/client'],
    // A part that a start seldom needs is in a file of its own.
    splitting: true,
    chunkNames: 'lib/start/[name]-[hash]',
    plugins: [loadedLater(start), builtinsOnCall],
  })
  const commands = globSync('src/commands/**/*.ts', { cwd: root, exclude: ['src/commands/base/**'] })
  const hooks = globSync('src/hooks/*.ts', { cwd: root })
  const split: BuildOptions = {
    ...shared,
    entryPoints: [
      ...[
        'src/index.ts',
        'src/lib/terminal/run-cli.ts',
        'src/lib/store/vault/keychain-process.ts',
        'src/lib/terminal/help.ts',
      ],
      ...commands,
      ...hooks,
    ],
    external: externals(root),
    outbase: 'src',
    splitting: true,
    chunkNames: 'lib/chunks/[name]-[hash]',
    banner: { js: commonJs },
    metafile: true,
  }
  const { metafile } = await build({ ...split, write: false, plugins: [builtinsOnCall] })
  const together = { ...shared, external: externals(root), banner: { js: commonJs } }
  const started = findModules(metafile!, START)
  const usual = findModules(metafile!, USUAL).filter((file) => !started.includes(file))
  const ofProviders = findModules(metafile!, PROVIDERS).filter(
    (file) => !started.includes(file) && !usual.includes(file),
  )
  const core = await bundleTogether(root, together, {
    name: 'core',
    modules: started,
    packages: ['@oclif/core'],
  })
  const common = await bundleTogether(
    root,
    { ...together, plugins: [core] },
    { name: 'common', modules: usual, packages: [] },
  )
  const providers = await bundleTogether(
    root,
    { ...together, plugins: [core, common] },
    { name: 'providers', modules: ofProviders, packages: [] },
  )
  const entryPoints = [...new Set([...(split.entryPoints as string[]), ...loadedOnDemand(metafile!)])]
  await build({ ...split, entryPoints, plugins: [core, common, providers, builtinsOnCall] })
  for (const file of globSync(['dist/*.js', 'dist/{commands,hooks,lib}/**/*.js'], { cwd: root })) {
    takeBuiltins(join(root, file))
    toAscii(join(root, file))
  }
}

/**
 * Escapes what esbuild leaves: characters in patterns and in `String.raw`. A raw text may therefore only become a
 * pattern. Node reads ASCII without decoding, and keeps two bytes of each character of other text.
 */
function toAscii(file: string): void {
  const text = readFileSync(file, 'utf8')
  const escaped = text.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  if (escaped !== text) writeFileSync(file, escaped)
}

/** Returns the sources that these import, in the order of their paths. */
function findModules({ inputs }: Metafile, entries: string[]): string[] {
  const found = new Set<string>()
  const visit = (file: string) => {
    if (found.has(file) || !(file in inputs)) return
    found.add(file)
    for (const { path, kind } of inputs[file]!.imports) if (kind === 'import-statement') visit(path)
  }
  for (const file of entries) visit(file)
  return [...found].filter((file) => file.startsWith('src/') && !entries.includes(file)).sort()
}

/** Returns the sources that others import on demand. Each gets a file at its own place. */
function loadedOnDemand({ inputs }: Metafile): string[] {
  const imports = Object.values(inputs).flatMap((input) => input.imports)
  const found = imports.filter(({ path, kind }) => kind === 'dynamic-import' && path.startsWith('src/'))
  return [...new Set(found.map(({ path }) => path))].sort()
}

interface Together {
  /** The file below `dist/lib/chunks`. */
  name: string
  modules: string[]
  packages: string[]
}

/** Writes the file with all of these modules. The plugin makes the rest of the program take them from there. */
async function bundleTogether(
  root: string,
  options: BuildOptions,
  { name, modules, packages }: Together,
): Promise<Plugin> {
  const lines = [
    ...modules.map((file, index) => `export * as m${index} from './${file}'`),
    ...packages.map((path, index) => `import * as p${index} from '${path}'\nexport { p${index} }`),
  ]
  const outfile = join('dist/lib/chunks', `${name}.js`)
  await build({
    ...options,
    stdin: { contents: lines.join('\n'), resolveDir: root, sourcefile: `${name}.ts` },
    outdir: undefined,
    outfile,
    plugins: [...(options.plugins ?? []), onDemandOutside(root), builtinsOnCall, wslOnly],
  })
  const exported = (await import(pathToFileURL(join(root, outfile)).href)) as Record<string, object>
  const take = (part: string) => {
    const names = Object.keys(exported[part]!).filter((key) => key !== 'default' && key !== 'module.exports')
    const hasDefault = 'default' in exported[part]!
    return [
      `import { ${part} } from '#${name}'`,
      `export const { ${names.join(', ')} } = ${part}`,
      ...(hasDefault ? [`export default ${part}.default`] : []),
    ].join('\n')
  }
  return {
    name: `from-${name}`,
    setup(bundler) {
      bundler.onResolve({ filter: new RegExp(`^#${name}$`) }, ({ path }) => ({ path, external: true }))
      bundler.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
        const index = modules.indexOf(path.slice(root.length + 1).replaceAll('\\', '/'))
        return index < 0 ? null : { contents: take(`m${index}`), loader: 'js' }
      })
      if (packages.length === 0) return
      bundler.onResolve({ filter: new RegExp(`^(${packages.join('|')})$`) }, ({ path }) => ({
        path,
        namespace: name,
      }))
      bundler.onLoad({ filter: /.*/, namespace: name }, ({ path }) => ({
        contents: take(`p${packages.indexOf(path)}`),
        loader: 'js',
      }))
    },
  }
}

/** Imports on demand lead from the core to files of their own. */
function onDemandOutside(root: string): Plugin {
  return {
    name: 'on-demand-outside',
    setup(bundler) {
      bundler.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return null
        const file = relative(join(root, 'src'), join(resolveDir, path)).replaceAll('\\', '/')
        return { path: `../../${file.replace(/\.ts$/, '.js')}`, external: true }
      })
    },
  }
}

/** Leaves imports of these modules in place. */
function loadedLater(modules: Record<string, string>): Plugin {
  return {
    name: 'loaded-later',
    setup(bundler) {
      for (const [name, path] of Object.entries(modules))
        bundler.onResolve({ filter: new RegExp(`/${name}\\.ts$`) }, ({ kind }) =>
          kind === 'dynamic-import' ? { path, external: true } : null,
        )
    },
  }
}

/** oclif asks for TypeScript only in development, which the sources do without it. */
function externals(root: string): string[] {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>
  const names = Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !BUNDLED.has(name))
  return ['typescript', ...names.flatMap((name) => [name, `${name}/*`])]
}

// `npm run build`: dist/ from src/, the direct path as one file, the page, and the command tables for oclif and
// completion.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { buildWeb } from './build-web.ts'
import { commandTable, manifestText } from './manifest.ts'

const root = join(import.meta.dirname, '..')

rmSync(join(root, 'dist'), { recursive: true, force: true })
compile()
await bundleStart()
await buildWeb(root)
writeFileSync(join(root, 'oclif.manifest.json'), await manifestText(root))
writeFileSync(join(root, 'dist', 'completion.json'), JSON.stringify(await commandTable(root)))

/** Types are not checked here, which would double the build time; `npm run lint:types` checks all sources. */
function compile(): void {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const done = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (done.status !== 0) process.exit(done.status ?? 1)
}

/** Bundles the code that every run loads first: reading forty small files takes longer than running them. */
async function bundleStart(): Promise<void> {
  await build({
    entryPoints: [join(root, 'src', 'main.ts')],
    outfile: join(root, 'dist', 'main.js'),
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    // The full path through oclif stays unbundled, one file per command.
    plugins: [
      {
        name: 'long-way-outside',
        setup(bundler) {
          bundler.onResolve({ filter: /run-cli\.ts$/ }, () => ({
            path: './lib/terminal/run-cli.js',
            external: true,
          }))
        },
      },
    ],
    logLevel: 'warning',
  })
}

// `npm run build`: dist/ from src/: bundles of the program, types of the public API, the page, and the command
// tables for oclif and completion.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleProgram } from './bundle.ts'
import { buildWeb } from './build-web.ts'
import { commandTable, manifestText } from './manifest.ts'

const root = join(import.meta.dirname, '..')

rmSync(join(root, 'dist'), { recursive: true, force: true })
declareTypes()
await bundleProgram(root)
await buildWeb(root)
writeFileSync(join(root, 'oclif.manifest.json'), await manifestText(root))
writeFileSync(join(root, 'dist', 'completion.json'), JSON.stringify(await commandTable(root)))

/** Types are not checked here, which would double the build time; `npm run lint:types` checks all sources. */
function declareTypes(): void {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const done = spawnSync(
    process.execPath,
    [tsc, '-p', 'tsconfig.build.json', '--noCheck', '--emitDeclarationOnly'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  )
  if (done.status !== 0) process.exit(done.status ?? 1)
}

// The page's files, dist/web/: one script, one stylesheet, and index.html that names them. Their names carry a
// content hash, so that browsers cache them permanently. Nothing is inline, because the page's policy forbids it.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { build } from 'esbuild'

/** Every file below this address is served for the page. */
const ASSETS = 'assets'
/** Bundled into the page, so their licences are included. */
const bundled = ['preact', 'uplot']

/** Builds the page below `root` into `dist/web`. */
export async function buildWeb(root: string): Promise<void> {
  const source = join(root, 'web')
  const target = join(root, 'dist', 'web')
  rmSync(target, { recursive: true, force: true })
  const { metafile } = await build({
    entryPoints: {
      main: join(source, 'src', 'main.tsx'),
      theme: join(source, 'src', 'theme-boot.ts'),
      style: join(source, 'src', 'styles', 'main.css'),
    },
    entryNames: '[name]-[hash]',
    outdir: join(target, ASSETS),
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
    tsconfig: join(source, 'tsconfig.json'),
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  const names = new Map<string, string>()
  for (const file of Object.keys(metafile.outputs)) {
    const name = basename(file)
    names.set(name.replace(/-[A-Z0-9]+\.\w+$/, ''), `${ASSETS}/${name}`)
  }
  names.set('icon', `${ASSETS}/${writeIcon(source, join(target, ASSETS))}`)
  const page = readFileSync(join(source, 'index.html'), 'utf8').replaceAll(/%(\w+)%/g, (_, name: string) => {
    const file = names.get(name)
    if (file === undefined) throw new Error(`web/index.html names ${name}, which the build did not make`)
    return file
  })
  writeFileSync(join(target, 'index.html'), page)
  writeFileSync(join(target, ASSETS, 'licenses.txt'), licenses(root))
}

function writeIcon(source: string, target: string): string {
  const icon = readFileSync(join(source, 'icon.svg'))
  const hash = createHash('sha256').update(icon).digest('hex').slice(0, 8).toUpperCase()
  const name = `icon-${hash}.svg`
  writeFileSync(join(target, name), icon)
  return name
}

function licenses(root: string): string {
  const parts = bundled.map((name) => {
    const folder = join(root, 'node_modules', name)
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
    const text = readFileSync(join(folder, 'LICENSE'), 'utf8').trim()
    return `${name} ${version}\n\n${text}\n`
  })
  return `The page contains the following works.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '..')
  await buildWeb(root)
  console.log(`${relative(process.cwd(), join(root, 'dist', 'web'))} written`)
}

// `npm run wasm`: src/lib/proxy/wire/json-walk.wasm from wasm/json-walk.ts. It is kept in the repository, so that nobody
// needs the compiler (a hundred megabytes) who does not change it; it says which source it was made from.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installApart } from './install-apart.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'wasm')
const source = join(folder, 'json-walk.ts')
const made = join(root, 'src', 'lib', 'proxy', 'wire', 'json-walk.wasm')

/** The custom section that names the source, and what stands in it. */
export const SOURCE_SECTION = 'source'
export function sourceHash(): Buffer {
  return createHash('sha256').update(readFileSync(source)).digest()
}

if (import.meta.main) {
  installApart(folder, 'the compiler')
  compile()
  const bytes = Buffer.concat([readFileSync(made), customSection(SOURCE_SECTION, sourceHash())])
  writeFileSync(made, bytes)
  console.log(`json-walk.wasm: ${bytes.length} bytes`)
}

function compile(): void {
  const compiler = join(folder, 'node_modules', 'assemblyscript', 'bin', 'asc.js')
  // Of a runtime and of checks it needs nothing: it keeps no objects, and its memory is as large as it will ever be.
  const options = ['--runtime', 'stub', '--noAssert', '--use', 'abort=']
  const memory = ['--initialMemory', '2', '--maximumMemory', '2']
  const done = spawnSync(
    process.execPath,
    [compiler, source, '--outFile', made, '-O3', '--enable', 'simd', ...options, ...memory],
    { cwd: folder, stdio: 'inherit' },
  )
  if (done.status !== 0) process.exit(done.status ?? 1)
}

/** WebAssembly core specification, 5.5.3. Short ones: each length is one byte. */
function customSection(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.of(name.length), Buffer.from(name), content])
  return Buffer.concat([Buffer.of(0, body.length), body])
}

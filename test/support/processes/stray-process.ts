// A process with an observer and a plugin: `node stray-process.ts LOGS PLUGIN CASE`. PLUGIN is the folder of the
// plugin; its module runs as plugins do. With the case `own-crash`, code of this file then fails in the context of the plugin.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openObserver } from '../../../src/lib/observe/observer.ts'
import { keepOutputAside } from '../../../src/lib/terminal/plugins/output-aside.ts'
import { surviveStrays } from '../../../src/lib/terminal/plugins/stray-errors.ts'

const [logsFolder = '', root = '', kind = ''] = process.argv.slice(2)
const observer = await openObserver({
  logsFolder,
  level: 'info',
  maxLogBytes: 1 << 20,
  countsMetrics: false,
  env: {},
  clock: Date.now,
  version: '0',
  onTrouble: (message) => process.stderr.write(`${message}\n`),
})
surviveStrays({ name: 'acme', root })
await keepOutputAside(async () => {
  const { done } = (await import(pathToFileURL(join(root, 'index.mjs')).href)) as { done: Promise<void> }
  await done
  if (kind !== 'own-crash') return
  setImmediate(() => {
    throw new Error('it broke')
  })
  await new Promise(() => undefined)
}, 'acme')
await observer.close()

import type { StoreView } from '../../lib/toolkit/store/store-view.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class StoreShow extends ToolkitCommand {
  static override summary = 'show where accounts and counts are kept'
  static override description =
    'The files of this home, or a Redis that many machines share. The password of its URL is never shown.'
  static override examples = ['<%= config.bin %> store show', '<%= config.bin %> store show --json']

  async run(): Promise<{ store: StoreView }> {
    await this.parse(StoreShow)
    const store = await this.toolkit.store.show()
    this.print(`store      ${store.place}`)
    if (store.prefix !== null) this.print(`prefix     ${store.prefix}`)
    if (store.ack !== null) this.print(`ack        ${store.ack}`)
    if (store.processes !== null) this.print(`processes  ${store.processes} on all machines`)
    if (store.server !== null) {
      const { version, replicas, aof, usedMemoryBytes } = store.server
      const memory = `${(usedMemoryBytes / 2 ** 20).toFixed(1)} MiB`
      this.print(
        `server     Redis ${version}, replicas ${replicas}, append-only file ${aof ? 'on' : 'off'}, ${memory}`,
      )
    }
    return { store }
  }
}

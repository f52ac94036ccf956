import { join } from 'node:path'
import type { Home } from '../../store/home.ts'
import { KeptItemFiles } from '../../store/kept-items.ts'
import { PlacementFile } from '../../store/placements.ts'

/** About 65,000 conversations in 4 MiB. Stored responses may be continued for weeks, so they get twice as many. */
const CONVERSATION_SETS = 1 << 14
const STATE_SETS = 1 << 15

/**
 * The shared memory of a home's processes: the account of each conversation or stored response. The first request
 * opens the files, because most processes serve none.
 */
export class HomePlacements {
  readonly #home: () => Pick<Home, 'affinityFolder'>
  #conversations: PlacementFile | null = null
  #states: PlacementFile | null = null
  #items: KeptItemFiles | null = null

  constructor(home: () => Pick<Home, 'affinityFolder'>) {
    this.#home = home
  }

  get conversations(): PlacementFile {
    return (this.#conversations ??= this.#open('conversations', CONVERSATION_SETS))
  }

  get states(): PlacementFile {
    return (this.#states ??= this.#open('responses', STATE_SETS))
  }

  get items(): KeptItemFiles {
    return (this.#items ??= new KeptItemFiles(join(this.#home().affinityFolder, 'items')))
  }

  close(): void {
    this.#conversations?.close()
    this.#states?.close()
  }

  #open(name: string, sets: number): PlacementFile {
    return new PlacementFile(join(this.#home().affinityFolder, name), sets)
  }
}

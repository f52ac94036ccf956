import { join } from 'node:path'
import type { Home } from '../store/home.ts'
import { PlacementFile } from '../store/placements.ts'

/** Some 65,000 conversations in 4 MiB; a stored response may be continued for weeks, so twice as many of those. */
const CONVERSATION_SETS = 1 << 14
const STATE_SETS = 1 << 15

/**
 * What the processes of a home remember together: which account holds a conversation, or a stored response. The files
 * are opened by the first request, since most processes serve none.
 */
export class HomePlacements {
  readonly #home: () => Pick<Home, 'affinityFolder'>
  #conversations: PlacementFile | null = null
  #states: PlacementFile | null = null

  constructor(home: () => Pick<Home, 'affinityFolder'>) {
    this.#home = home
  }

  get conversations(): PlacementFile {
    return (this.#conversations ??= this.#open('conversations', CONVERSATION_SETS))
  }

  get states(): PlacementFile {
    return (this.#states ??= this.#open('responses', STATE_SETS))
  }

  close(): void {
    this.#conversations?.close()
    this.#states?.close()
  }

  #open(name: string, sets: number): PlacementFile {
    return new PlacementFile(join(this.#home().affinityFolder, name), sets)
  }
}

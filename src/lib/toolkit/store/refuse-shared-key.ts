import { QwenctlError } from '../../base/errors.ts'
import type { Home } from '../../store/home.ts'
import { openStore } from '../../store/redis/open-store.ts'

/** Another key would lock the other machines out. Throws `failed` with a shared store. */
export async function refuseSharedKey(home: Home): Promise<void> {
  if ((await openStore(home)) === null) return
  throw new QwenctlError('failed', 'the master key of a shared store is the key of all its machines', {
    hint: 'qwenctl store move files, change the key there, then qwenctl store move URL',
  })
}

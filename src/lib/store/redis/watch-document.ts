import { watchFile } from '../documents/files/watch.ts'
import type { Home } from '../home.ts'
import { openStore } from './open-store.ts'

/**
 * Calls back after each change of a document, in its file or in a shared store. There, a change of any document calls
 * back. Returns a function that stops it.
 */
export function watchDocument(home: Home, file: string, onChange: () => void): () => void {
  let stop = watchFile(file, onChange)
  let isStopped = false
  const share = async () => {
    const store = await openStore(home)
    if (store === null || isStopped) return
    stop()
    stop = store.watchDocuments(onChange)
  }
  share().catch(() => undefined) // every use of the store reports it
  return () => {
    isStopped = true
    stop()
  }
}

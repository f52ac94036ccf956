import type { SharedDocument } from '../documents/document.ts'
import type { Home } from '../home.ts'
import type { SharedStore } from './shared-store.ts'
import { findStorePlace } from './store-place.ts'

const stores = new WeakMap<Home, Promise<SharedStore | null>>()

/**
 * The shared store of a home; null: its files are the store. Connects on first use, and only once. Throws
 * `store_unwritable` or `invalid_value` for a configuration that cannot be read, and reads it again at the next use.
 */
export function openStore(home: Home): Promise<SharedStore | null> {
  const known = stores.get(home)
  if (known !== undefined) return known
  const store = open(home)
  stores.set(home, store)
  store.catch(() => {
    if (stores.get(home) === store) stores.delete(home)
  })
  return store
}

/** Ends the connection of a home. A later use connects again. */
export async function closeStore(home: Home): Promise<void> {
  const store = stores.get(home)
  stores.delete(home)
  await store?.then(
    (opened) => opened?.close(),
    () => undefined,
  )
}

export async function openSharedDocument(home: Home, name: string): Promise<SharedDocument | null> {
  return (await openStore(home))?.document(name) ?? null
}

async function open(home: Home): Promise<SharedStore | null> {
  const place = await findStorePlace(home)
  if (place === null) return null
  const { SharedStore } = await import('./shared-store.ts')
  return new SharedStore(place)
}

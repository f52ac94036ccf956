import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { PageModel } from '../page-model.ts'
import type { State } from '../state/state.ts'

export const PageContext = createContext<PageModel | null>(null)

export function usePage(): PageModel {
  const page = useContext(PageContext)
  if (page === null) throw new Error('outside of the page')
  return page
}

/**
 * A part of the state; a component renders again when the part changes. `select` must return the same object for
 * the same state.
 */
export function useSelect<Part>(select: (state: State) => Part): Part {
  const { store } = usePage()
  const [part, setPart] = useState(() => select(store.state))
  useEffect(() => {
    const update = () => setPart(() => select(store.state))
    update() // the state may have changed between rendering and subscribing
    return store.watch(update)
  }, [store])
  return part
}

import { useCallback, useEffect, useState } from 'preact/hooks'
import { readError } from '../api/api-error.ts'
import type { Loaded } from '../state/state.ts'
import { useSelect } from './page-context.ts'

/**
 * Something of the server for one view. It is read when `about` changes, and after a failure when the link to the proxy
 * is live again. The old value stays until the new one is here.
 */
export function useLoaded<Value>(
  read: () => Promise<Value>,
  about: readonly unknown[],
): Loaded<Value> & { again: () => void } {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ value: null, isLoading: true, error: null })
  const [turn, setTurn] = useState(0)
  const isLive = useSelect(({ link }) => link.status === 'live')
  useEffect(() => {
    let isOver = false
    setLoaded((before) => ({ ...before, isLoading: true }))
    read().then(
      (value) => isOver || setLoaded({ value, isLoading: false, error: null }),
      (error: unknown) =>
        isOver || setLoaded((before) => ({ ...before, isLoading: false, error: readError(error) })),
    )
    return () => {
      isOver = true
    }
  }, [...about, turn])
  const again = useCallback(() => setTurn((before) => before + 1), [])
  useEffect(() => {
    if (isLive && loaded.error !== null) again()
    // Only a change of the link: what the live proxy refuses stays refused.
  }, [isLive])
  return { ...loaded, again }
}

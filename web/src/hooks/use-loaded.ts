import { useCallback, useEffect, useState } from 'preact/hooks'
import { bodyOf } from '../api/api-error.ts'
import type { Loaded } from '../state/state.ts'

/** Something of the server for one view. Read again when `about` changes; the old value stays until the new one is here. */
export function useLoaded<Value>(
  read: () => Promise<Value>,
  about: readonly unknown[],
): Loaded<Value> & { again: () => void } {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ value: null, isLoading: true, error: null })
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    let isOver = false
    setLoaded((before) => ({ ...before, isLoading: true }))
    read().then(
      (value) => isOver || setLoaded({ value, isLoading: false, error: null }),
      (error: unknown) =>
        isOver || setLoaded((before) => ({ ...before, isLoading: false, error: bodyOf(error) })),
    )
    return () => {
      isOver = true
    }
  }, [...about, turn])
  return { ...loaded, again: useCallback(() => setTurn((before) => before + 1), []) }
}

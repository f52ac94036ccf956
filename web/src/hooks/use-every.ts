import { useEffect, useState } from 'preact/hooks'

/** A number that grows every `ms` while the page is visible: what depends on it is read again. */
export function useEvery(ms: number): number {
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState !== 'hidden') setTurn((before) => before + 1)
    }, ms)
    return () => clearInterval(timer)
  }, [ms])
  return turn
}

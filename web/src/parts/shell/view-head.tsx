import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

let isFirst = true

/** Lets the next heading take the focus: the form that had it is gone after a sign-in. */
export function focusNextHeading(): void {
  isFirst = false
}

/** Moves the focus to the heading: the element that had it is gone. */
export function focusHeading(): void {
  document.querySelector('h1')?.focus({ preventScroll: true })
}

/** The heading of a view. It takes the focus after navigation, so that screen readers announce the view. */
export function ViewHead({
  title,
  sub,
  children,
}: {
  title: string
  sub?: ComponentChildren
  children?: ComponentChildren
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · qwenctl`
  }, [title])
  useEffect(() => {
    // Not on the first view: there the browser's order begins with the skip link.
    if (!isFirst) heading.current?.focus({ preventScroll: true })
    isFirst = false
    scrollTo(0, 0)
  }, [])
  return (
    <header class="view-head">
      <div class="view-title">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {sub}
      </div>
      {children !== undefined && <div class="view-actions">{children}</div>}
    </header>
  )
}

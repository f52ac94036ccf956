import type { ComponentChildren, JSX } from 'preact'

interface BadgeProps {
  /** The class of the stylesheet, `badge-LOOK`. */
  look: string
  title?: string | undefined
  children: ComponentChildren
}

/** A status with its colour. A narrow place cuts its text. */
export function Badge({ look, title, children }: BadgeProps): JSX.Element {
  return (
    <span class={`badge badge-${look}`} title={title}>
      <span class="badge-dot" aria-hidden="true" />
      <span class="badge-text">{children}</span>
    </span>
  )
}
